CREATE TABLE "sightings" (
	"interconnect_id" text PRIMARY KEY NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"alignment" text NOT NULL,
	"says" text
);
--> statement-breakpoint
ALTER TABLE "sightings" ADD CONSTRAINT "sightings_interconnect_id_interconnects_id_fk" FOREIGN KEY ("interconnect_id") REFERENCES "public"."interconnects"("id") ON DELETE no action ON UPDATE no action;