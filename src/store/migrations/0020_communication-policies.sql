CREATE TABLE "policies" (
	"version" text PRIMARY KEY NOT NULL,
	"in_force_from" timestamp (3) with time zone NOT NULL,
	"grace_days" integer NOT NULL,
	"digest" text NOT NULL,
	"proposed_by" text NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"published_by" text,
	"published_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "policy_acceptances" (
	"policy_version" text NOT NULL,
	"entity" text NOT NULL,
	"digest" text NOT NULL,
	"person" text NOT NULL,
	"accepted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_acceptances_policy_version_entity_pk" PRIMARY KEY("policy_version","entity")
);
--> statement-breakpoint
CREATE TABLE "policy_renditions" (
	"policy_version" text NOT NULL,
	"language" text NOT NULL,
	"media_type" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "policy_renditions_policy_version_language_pk" PRIMARY KEY("policy_version","language")
);
--> statement-breakpoint
ALTER TABLE "policy_acceptances" ADD CONSTRAINT "policy_acceptances_policy_version_policies_version_fk" FOREIGN KEY ("policy_version") REFERENCES "public"."policies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_renditions" ADD CONSTRAINT "policy_renditions_policy_version_policies_version_fk" FOREIGN KEY ("policy_version") REFERENCES "public"."policies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_acceptances_person" ON "policy_acceptances" USING btree ("policy_version","person");