CREATE TABLE "router_turns" (
	"ticket" bigserial PRIMARY KEY NOT NULL,
	"change_id" text NOT NULL,
	"pes" text[] NOT NULL,
	"entered_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "router_turns" ADD CONSTRAINT "router_turns_change" FOREIGN KEY ("change_id") REFERENCES "public"."changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "router_turns_change_once" ON "router_turns" USING btree ("change_id");