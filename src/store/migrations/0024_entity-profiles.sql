CREATE TABLE "entity_contacts" (
	"subject" text PRIMARY KEY NOT NULL,
	"entity" text NOT NULL,
	"position" integer NOT NULL,
	"purpose" text NOT NULL,
	"name" text NOT NULL,
	"designation" text NOT NULL,
	"telephone" text,
	"email" text,
	"recorded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entity_obligations" (
	"entity" text NOT NULL,
	"position" integer NOT NULL,
	"ar" text NOT NULL,
	"en" text NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entity_obligations_entity_position_pk" PRIMARY KEY("entity","position")
);
--> statement-breakpoint
CREATE INDEX "entity_contacts_entity" ON "entity_contacts" USING btree ("entity");