/** A NETCONF client over SSH (RFC 6241, 6242). See README.md for what it supports. */
export {
  CALL_HOME_SSH_PORT,
  type CallHomeListener,
  type CallHomeOptions,
  listenForCallHome,
} from './call-home.ts';
export {
  type Capture,
  type CaptureOptions,
  createCapture,
  createReplay,
  type TranscriptEntry,
} from './capture.ts';
export {
  type ConnectOptions,
  connect,
  openSession,
  openSessionOverStream,
  type SessionOptions,
  type SessionProfile,
} from './connect.ts';
export {
  CommitOutcomeUnknownError,
  type ErrorContext,
  NetconfError,
  type NetconfErrorCode,
  printable,
  RpcError,
} from './errors.ts';
export { DEFAULT_LIMITS, DEFAULT_TIMEOUTS, type NetconfLimits } from './limits.ts';
export { maskSecrets, SECRET_NAMES } from './mask-secrets.ts';
export { Capabilities, type Capability, parseCapability, type YangModuleCapability } from './message/capabilities.ts';
export type { NetconfNotification } from './message/notification.ts';
export type { RpcReply } from './message/reply.ts';
export { lockHolderSessionId, type RpcErrorInfo } from './message/rpc-error.ts';
export * as namespaces from './namespaces.ts';
export type { CommitOptions } from './operations/committing.ts';
export type { CopyConfigOptions, EditConfigOptions } from './operations/editing.ts';
export type { Filter, WithDefaults } from './operations/filter.ts';
export type { LockTarget } from './operations/locking.ts';
export type { EditDataOptions, GetDataOptions, NmdaDatastore } from './operations/nmda.ts';
export type { Datastore } from './operations/operation.ts';
export type { GetConfigOptions, GetOptions } from './operations/retrieval.ts';
export type { GetSchemaOptions } from './operations/schema.ts';
export type { SubscriptionOptions } from './operations/subscribing.ts';
export { type YangLibrary, YangLibraryCache, type YangModule } from './operations/yang-library.ts';
export { ConnectionPool, type PooledTarget, type PoolOptions } from './pool.ts';
export type { SessionEnd } from './session/message-layer.ts';
export type { NotificationStream } from './session/notification-stream.ts';
export type { ReplyStream } from './session/reply-stream.ts';
export type { CallOptions, NetconfSession } from './session/session.ts';
export type { LegacyAlgorithm } from './ssh/algorithms.ts';
export type { KeyboardPrompt, SshAuth } from './ssh/authentication.ts';
export { NETCONF_SSH_PORT, SshConnection, type SshConnectOptions, type SshTarget } from './ssh/connection.ts';
export type { ExecOptions, ExecResult } from './ssh/exec.ts';
export { fingerprint, type HostKeyPolicy } from './ssh/host-key.ts';
export { type ScannedHostKey, type ScanOptions, scanHostKey } from './ssh/scan-host-key.ts';
export { escapeAttribute, escapeText, serializeXml, type XmlContent, xml } from './xml/build.ts';
export {
  child,
  childrenNamed,
  childText,
  descend,
  NamespaceScope,
  resolveQName,
  type XmlElement,
} from './xml/element.ts';
export { parseXml, parseXmlFragment } from './xml/parse.ts';
export { type XmlEvents, type XmlLimits, XmlReader } from './xml/reader.ts';
export type { XmlTag } from './xml/tag.ts';
