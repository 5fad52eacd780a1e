import { defineConfig } from 'drizzle-kit';

// npx drizzle-kit generate --config src/store/drizzle.config.ts --name <what-changes>
export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/store/schema.ts',
    './src/store/reading-schema.ts',
    './src/store/ledger-schema.ts',
    './src/store/policy-schema.ts',
    './src/store/signature-schema.ts',
    './src/store/entity-schema.ts',
    './src/store/webhook-schema.ts',
    './src/store/personal-schema.ts',
  ],
  out: './src/store/migrations',
});
