CREATE TABLE "ledger_timestamps" (
	"size" bigint PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ledger_timestamps" ADD CONSTRAINT "ledger_timestamps_size_ledger_checkpoints_size_fk" FOREIGN KEY ("size") REFERENCES "public"."ledger_checkpoints"("size") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE TRIGGER ledger_timestamps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_timestamps"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_rewrite();
