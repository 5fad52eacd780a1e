CREATE TABLE "audits" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"by" text NOT NULL,
	"digest" text NOT NULL,
	"result" jsonb NOT NULL
);
