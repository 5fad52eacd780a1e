CREATE TABLE "legal_holds" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "legal_holds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"subject" text,
	"record_kind" text,
	"record_id" text,
	"reference" text NOT NULL,
	"placed_by" text NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"lifted_by" text,
	"lifted_at" timestamp (3) with time zone,
	CONSTRAINT "legal_holds_of" CHECK (("legal_holds"."subject" is null) = ("legal_holds"."record_kind" is not null)),
	CONSTRAINT "legal_holds_record" CHECK (("legal_holds"."record_kind" is null) = ("legal_holds"."record_id" is null))
);
--> statement-breakpoint
CREATE TABLE "personal_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"record_kind" text NOT NULL,
	"record_id" text NOT NULL,
	"kek" text NOT NULL,
	"wrapped" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"erased_at" timestamp (3) with time zone,
	"erased_by" integer,
	CONSTRAINT "personal_keys_erased" CHECK (("personal_keys"."wrapped" is null) = ("personal_keys"."erased_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "personal_texts" (
	"id" text PRIMARY KEY NOT NULL,
	"key_id" text NOT NULL,
	"kind" text NOT NULL,
	"sealed" "bytea",
	"written_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retention_proposals" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "retention_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"digest" text NOT NULL,
	"schedule_digest" text NOT NULL,
	"authority" text NOT NULL,
	"records" json NOT NULL,
	"proposed_by" text NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"erased_by" text,
	"erased_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "personal_texts" ADD CONSTRAINT "personal_texts_key_id_personal_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."personal_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "personal_keys_record" ON "personal_keys" USING btree ("subject","record_kind","record_id") WHERE "personal_keys"."erased_at" is null;--> statement-breakpoint
CREATE INDEX "personal_keys_kek" ON "personal_keys" USING btree ("kek") WHERE "personal_keys"."erased_at" is null;--> statement-breakpoint
CREATE INDEX "personal_texts_key" ON "personal_texts" USING btree ("key_id");--> statement-breakpoint
-- Samples of its values would stay in the statistics when they are gone.
ALTER TABLE "personal_keys" ALTER COLUMN "wrapped" SET STATISTICS 0;
