CREATE TABLE "action_keys" (
	"person" text NOT NULL,
	"key" text NOT NULL,
	"interconnect_id" text NOT NULL,
	"action_digest" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "action_keys_person_key_pk" PRIMARY KEY("person","key")
);
--> statement-breakpoint
CREATE TABLE "agreements" (
	"interconnect_id" text NOT NULL,
	"version" integer NOT NULL,
	"request" json NOT NULL,
	"digest" text NOT NULL,
	"proposed_by" text NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "agreements_interconnect_id_version_pk" PRIMARY KEY("interconnect_id","version")
);
--> statement-breakpoint
-- What was signed stays what was signed: the first version keeps its digest.
INSERT INTO "agreements" ("interconnect_id", "version", "request", "digest", "proposed_by", "proposed_at")
  SELECT "id", 1, "request", "request_digest", "requested_by", "created_at" FROM "interconnects";
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
INSERT INTO "installation" ("id", "created_at") VALUES (left(replace(gen_random_uuid()::text, '-', ''), 12), now());
--> statement-breakpoint
DROP TABLE "lifecycle_steps" CASCADE;--> statement-breakpoint
DROP INDEX "changes_key";--> statement-breakpoint
DROP INDEX "route_targets_flow";--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "agreement_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "phase" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "waiting" json;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "left" json;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "approved_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "apply_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "replan_by" text;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "recover_by" text;--> statement-breakpoint
-- Where work stood belongs to the change: what was begun on routers is looked at by a recovery, the rest is planned again.
UPDATE "changes" SET "phase" = 'ended' WHERE "outcome" IS NOT NULL;--> statement-breakpoint
UPDATE "changes" c SET "phase" = CASE
    WHEN i."lifecycle" = 'attention' THEN 'attention'
    WHEN EXISTS (SELECT 1 FROM "journal" j WHERE j."change_id" = c."id") THEN 'applying'
    ELSE 'planning'
  END FROM "interconnects" i WHERE i."id" = c."interconnect_id" AND c."outcome" IS NULL;--> statement-breakpoint
ALTER TABLE "changes" ALTER COLUMN "phase" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "agreement_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "withdrawn_by" text;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "withdrawal_reason" text;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "withdrawn_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "driven_revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "driven_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE "interconnects" i SET "withdrawn_by" = c."requested_by", "withdrawal_reason" = coalesce(i."reason", 'withdrawn before the upgrade'), "withdrawn_at" = c."started_at"
  FROM "changes" c WHERE c."interconnect_id" = i."id" AND c."outcome" IS NULL AND c."kind" = 'withdraw' AND c."requested_by" <> 'wasl';--> statement-breakpoint
UPDATE "interconnects" i SET "lifecycle" = CASE
    WHEN "lifecycle" IN ('planned', 'approved', 'scheduled', 'provisioning') THEN 'requested'
    WHEN "lifecycle" = 'withdrawing' THEN 'active'
    WHEN "lifecycle" = 'failed' THEN 'rejected'
    WHEN "lifecycle" = 'attention' THEN CASE WHEN EXISTS (
      SELECT 1 FROM "changes" c WHERE c."interconnect_id" = i."id" AND c."outcome" IS NULL AND c."kind" = 'withdraw'
    ) THEN 'active' ELSE 'requested' END
    ELSE "lifecycle"
  END;--> statement-breakpoint
ALTER TABLE "route_targets" ADD COLUMN "from_vpn" text;--> statement-breakpoint
ALTER TABLE "route_targets" ADD COLUMN "to_vpn" text;--> statement-breakpoint
UPDATE "route_targets" r SET
    "from_vpn" = a."request" -> 'flows' -> r."flow" ->> 'from',
    "to_vpn" = a."request" -> 'flows' -> r."flow" ->> 'to'
  FROM "agreements" a WHERE a."interconnect_id" = r."interconnect_id" AND a."version" = 1;--> statement-breakpoint
ALTER TABLE "route_targets" ALTER COLUMN "from_vpn" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "route_targets" ALTER COLUMN "to_vpn" SET NOT NULL;--> statement-breakpoint
-- A turn belongs to a transaction that is under way: none is while tables are altered.
DELETE FROM "router_turns";--> statement-breakpoint
ALTER TABLE "router_turns" ADD COLUMN "lease_until" timestamp (3) with time zone NOT NULL;--> statement-breakpoint
ALTER TABLE "action_keys" ADD CONSTRAINT "action_keys_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "changes_one_open" ON "changes" USING btree ("interconnect_id") WHERE "changes"."outcome" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "route_targets_flow" ON "route_targets" USING btree ("interconnect_id","from_vpn","to_vpn") WHERE "route_targets"."released_at" is null;--> statement-breakpoint
ALTER TABLE "changes" DROP COLUMN "change_key";--> statement-breakpoint
ALTER TABLE "interconnects" DROP COLUMN "request";--> statement-breakpoint
ALTER TABLE "interconnects" DROP COLUMN "request_digest";--> statement-breakpoint
ALTER TABLE "route_targets" DROP COLUMN "flow";
