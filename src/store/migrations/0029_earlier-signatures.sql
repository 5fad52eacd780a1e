CREATE TABLE "earlier_signatures" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"policy_version" text,
	"interconnect_id" text,
	"digest" text NOT NULL,
	"party" text NOT NULL,
	"person" text NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	"signature" text,
	"signed" text,
	"form" text,
	CONSTRAINT "earlier_signatures_about" CHECK (("earlier_signatures"."policy_version" is null) <> ("earlier_signatures"."interconnect_id" is null))
);
--> statement-breakpoint
ALTER TABLE "earlier_signatures" ADD CONSTRAINT "earlier_signatures_policy_version_policies_version_fk" FOREIGN KEY ("policy_version") REFERENCES "public"."policies"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "earlier_signatures" ADD CONSTRAINT "earlier_signatures_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "earlier_signatures_of" ON "earlier_signatures" USING btree ("interconnect_id");