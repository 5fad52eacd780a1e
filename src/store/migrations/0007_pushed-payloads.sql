CREATE TABLE "pushed_payloads" (
	"change_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"pe" text NOT NULL,
	"plan_id" text NOT NULL,
	"xml" text NOT NULL,
	"digest" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pushed_payloads_change_id_epoch_pe_pk" PRIMARY KEY("change_id","epoch","pe")
);
--> statement-breakpoint
ALTER TABLE "pushed_payloads" ADD CONSTRAINT "pushed_payloads_change" FOREIGN KEY ("change_id") REFERENCES "public"."changes"("id") ON DELETE no action ON UPDATE no action;