import type { VrfName } from '../domain/names.ts';
import type { RunningVrf, VrfShare } from '../domain/network-view.ts';

/** Something of wasl's in a router's configuration that is created, replaced and deleted whole. */
export interface ConfigObject {
  /** As the platform's reader calls it: `kind name`, or `vrf NAME ... name` for what stands inside the VRF. */
  readonly key: string;
  readonly name: string;
  /** What it says beside its key, in one form: empty where the key says all, null where it was not read. */
  readonly says: string | null;
  /** It serves the VRF and no one interconnect: where somebody edited the VRF, a removal states it anew, or takes it away with its last user. */
  readonly shared?: true;
}

/** RFC 6241 §7.2. */
export type Operation = 'create' | 'replace' | 'delete';

export type Change<T extends ConfigObject = ConfigObject> = T & {
  readonly operation: Operation;
  /** For `{{#if}}`: Handlebars has no comparison. */
  readonly deletes: boolean;
};

export interface VrfChanges<T extends ConfigObject = ConfigObject> {
  readonly vrf: VrfName;
  /** Created and replaced objects as they are needed, then deleted ones as they stood. */
  readonly changes: readonly Change<T>[];
}

export interface ShareContext {
  /** The share is what the VRF has, not what it shall have. */
  readonly isRunning: boolean;
  /** A flow joins the VRF to another one of the same PE. */
  readonly joins: boolean;
}

/** What wasl writes on one platform: which objects a VRF needs, and how changes of them stand in the platform's templates. */
export interface PlatformView<T extends ConfigObject = ConfigObject> {
  /** The objects that a VRF with this share needs. The share is canonical. */
  objectsOf(running: RunningVrf, share: VrfShare, context: ShareContext): readonly T[];
  /** What stands on the router under a key that no share explains; null for what a removal leaves alone. Of `running.objects`. */
  objectFound(key: string, running: RunningVrf): T | null;
  /** What `edit.hbs` reads, of all VRFs of one PE that are edited. */
  viewEdit(vrfs: readonly VrfChanges<T>[]): object;
}
