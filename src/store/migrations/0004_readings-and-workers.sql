CREATE TABLE "reading_texts" (
	"digest" text PRIMARY KEY NOT NULL,
	"compressed" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "readings" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"pe" text,
	"digest" text NOT NULL,
	"reader" text NOT NULL,
	"change_id" text,
	"read_at" timestamp (3) with time zone NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"task_queue" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"draining" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "readings" ADD CONSTRAINT "readings_text" FOREIGN KEY ("digest") REFERENCES "public"."reading_texts"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "readings_latest" ON "readings" USING btree ("kind","pe","id");--> statement-breakpoint
CREATE INDEX "readings_change" ON "readings" USING btree ("change_id","pe","id");--> statement-breakpoint
CREATE INDEX "readings_digest" ON "readings" USING btree ("digest");