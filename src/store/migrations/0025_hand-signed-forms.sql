CREATE TABLE "hand_signed_forms" (
	"policy_version" text NOT NULL,
	"entity" text NOT NULL,
	"digest" text NOT NULL,
	"media_type" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"attached_by" text NOT NULL,
	"attached_at" timestamp (3) with time zone NOT NULL,
	"confirmed_by" text,
	"confirmed_at" timestamp (3) with time zone,
	CONSTRAINT "hand_signed_forms_policy_version_entity_pk" PRIMARY KEY("policy_version","entity")
);
--> statement-breakpoint
DROP INDEX "policy_acceptances_person";--> statement-breakpoint
ALTER TABLE "policy_acceptances" ADD COLUMN "form" text;--> statement-breakpoint
ALTER TABLE "hand_signed_forms" ADD CONSTRAINT "hand_signed_forms_policy_version_policies_version_fk" FOREIGN KEY ("policy_version") REFERENCES "public"."policies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_acceptances_person" ON "policy_acceptances" USING btree ("policy_version","person") WHERE "policy_acceptances"."form" is null;