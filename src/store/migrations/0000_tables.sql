CREATE TABLE "approvals" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"interconnect_id" text NOT NULL,
	"subject" text NOT NULL,
	"digest" text NOT NULL,
	"party" text NOT NULL,
	"person" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"decided_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"id" text PRIMARY KEY NOT NULL,
	"interconnect_id" text NOT NULL,
	"number" integer NOT NULL,
	"change_key" text NOT NULL,
	"kind" text NOT NULL,
	"plan_id" text,
	"outcome" text,
	"reason" text,
	"journal_epoch" integer DEFAULT 0 NOT NULL,
	"requested_by" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "interconnects" (
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "interconnects_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"id" text PRIMARY KEY GENERATED ALWAYS AS ('IC-' || lpad(number::text, greatest(4, length(number::text)), '0')) STORED NOT NULL,
	"request" json NOT NULL,
	"request_digest" text NOT NULL,
	"first_party" text NOT NULL,
	"second_party" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_by_entity" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"body_digest" text NOT NULL,
	"lifecycle" text NOT NULL,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "interconnects_parties_ordered" CHECK ("interconnects"."first_party" < "interconnects"."second_party")
);
--> statement-breakpoint
CREATE TABLE "inventories" (
	"version" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inventories_version_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"inventory" json NOT NULL,
	"imported_by" text NOT NULL,
	"imported_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"change_id" text NOT NULL,
	"pe" text NOT NULL,
	"state" text NOT NULL,
	"procedure" text NOT NULL,
	"persist_id" text,
	"detail" text,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"sequence" bigint PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"body" json NOT NULL,
	"at" text NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "ledger_from_one" CHECK ("ledger"."sequence" >= 1)
);
--> statement-breakpoint
CREATE TABLE "lifecycle_steps" (
	"interconnect_id" text NOT NULL,
	"step_key" text NOT NULL,
	"event" text NOT NULL,
	"from" text NOT NULL,
	"to" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "lifecycle_steps_interconnect_id_step_key_pk" PRIMARY KEY("interconnect_id","step_key")
);
--> statement-breakpoint
CREATE TABLE "payloads" (
	"plan_id" text NOT NULL,
	"pe" text NOT NULL,
	"xml" text NOT NULL,
	CONSTRAINT "payloads_plan_id_pe_pk" PRIMARY KEY("plan_id","pe")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" text PRIMARY KEY NOT NULL,
	"change_id" text NOT NULL,
	"number" integer NOT NULL,
	"digest" text NOT NULL,
	"plan" json NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "progress" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"interconnect_id" text NOT NULL,
	"change_id" text,
	"pe" text,
	"stage" text NOT NULL,
	"status" text NOT NULL,
	"message" text NOT NULL,
	"elapsed_ms" integer,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "route_targets" (
	"route_target" text PRIMARY KEY NOT NULL,
	"administrator" text NOT NULL,
	"assigned" bigint NOT NULL,
	"interconnect_id" text NOT NULL,
	"flow" integer NOT NULL,
	"allocated_at" timestamp (3) with time zone NOT NULL,
	"released_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "changes" ADD CONSTRAINT "changes_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "journal" ADD CONSTRAINT "journal_change" FOREIGN KEY ("change_id") REFERENCES "public"."changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lifecycle_steps" ADD CONSTRAINT "lifecycle_steps_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payloads" ADD CONSTRAINT "payloads_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_change_id_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "progress" ADD CONSTRAINT "progress_interconnect" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "route_targets" ADD CONSTRAINT "route_targets_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "approvals_person" ON "approvals" USING btree ("interconnect_id","subject","digest","person");--> statement-breakpoint
CREATE UNIQUE INDEX "changes_number" ON "changes" USING btree ("interconnect_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "changes_key" ON "changes" USING btree ("interconnect_id","change_key");--> statement-breakpoint
CREATE INDEX "changes_open" ON "changes" USING btree ("started_at") WHERE "changes"."outcome" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "interconnects_number" ON "interconnects" USING btree ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "interconnects_idempotency" ON "interconnects" USING btree ("requested_by","idempotency_key");--> statement-breakpoint
CREATE INDEX "interconnects_first_party" ON "interconnects" USING btree ("first_party","number");--> statement-breakpoint
CREATE INDEX "interconnects_second_party" ON "interconnects" USING btree ("second_party","number");--> statement-breakpoint
CREATE INDEX "interconnects_lifecycle" ON "interconnects" USING btree ("lifecycle","number");--> statement-breakpoint
CREATE INDEX "journal_change_pe" ON "journal" USING btree ("change_id","pe","sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_previous_hash" ON "ledger" USING btree ("previous_hash");--> statement-breakpoint
CREATE INDEX "ledger_subject" ON "ledger" USING btree ("subject","sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "plans_number" ON "plans" USING btree ("change_id","number");--> statement-breakpoint
CREATE INDEX "progress_interconnect_sequence" ON "progress" USING btree ("interconnect_id","sequence");--> statement-breakpoint
CREATE INDEX "route_targets_pool" ON "route_targets" USING btree ("administrator","assigned");--> statement-breakpoint
CREATE UNIQUE INDEX "route_targets_flow" ON "route_targets" USING btree ("interconnect_id","flow") WHERE "route_targets"."released_at" is null;