CREATE TABLE "inventory_proposals" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inventory_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"digest" text NOT NULL,
	"base_version" integer NOT NULL,
	"inventory" json,
	"conflicts" json NOT NULL,
	"proposed_by" text NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE INDEX "inventory_proposals_open" ON "inventory_proposals" USING btree ("id") WHERE "inventory_proposals"."state" = 'open';