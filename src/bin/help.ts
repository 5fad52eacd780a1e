/** What `--help` says of settings. `test/bin/help.test.ts` holds it against what the code reads. */
import { ALGORITHMS, MAPPED_CLAIMS } from '../api/token-claims.ts';
import {
  AUDIT_MINUTES_DEFAULT,
  CHECKPOINT_SECONDS_DEFAULT,
  DRAIN_SECONDS_DEFAULT,
  LOGIN_SCOPE_DEFAULT,
  PROGRESS_DAYS_DEFAULT,
  REVIEW_MINUTES_DEFAULT,
  STEP_UP_SECONDS_DEFAULT,
  TOKEN_LIFETIME_SECONDS_DEFAULT,
} from './configuration.ts';

const BACKENDS = `
  DATABASE_URL          Postgres: postgres://user:password@host:5432/wasl; without it an embedded server in the state directory.
                        Not on this machine it ends with ?sslmode=verify-full&sslrootcert=/etc/wasl/ca.pem, or says ?sslmode=disable
  WASL_DATABASE_PASSWORD   the password by reference (below), in place of one in the address
  TEMPORAL_ADDRESS      host:port; without it a development server, found or started
  TEMPORAL_NAMESPACE    default
  TEMPORAL_TLS          1; must be said, 1 or 0, where TEMPORAL_ADDRESS is not on this machine. With any of the next it is 1
  TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME   its CA (PEM) where that is your own; its name where the address has another
  TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH  mTLS: this process's certificate (PEM), and its key by reference
  WASL_TEMPORAL_API_KEY an API key, by reference
  WASL_CODEC_KEYS       the ring of keys (wasl codec-key) under which messages lie in Temporal, as a reference (below); the same one for all.
                        Must be set where TEMPORAL_ADDRESS is not on this machine; a development server has one in the state directory
  WASL_PRIVACY_KEYS     the ring of keys (wasl privacy-key) that wrap those of personal data, as a reference; the same one for all, and never
                        with the backups of the database. Without it names, certificates and reasons lie there in clear; an embedded
                        database has one in the state directory
  WASL_STATE_DIR        data of the embedded servers, development key; else XDG_STATE_HOME/wasl, else ~/.local/state/wasl
  XDG_CACHE_HOME        ~/.cache: where a Temporal development server is kept once it was obtained
  WASL_STOP_WITH_PARENT 1: stop when standard input ends, for whoever starts it as a child
  VAULT_ADDR            https://vault.example:8200, for references to Vault; with a CA of your own NODE_EXTRA_CA_CERTS
  VAULT_TOKEN_FILE      the token for it, mode 0600
  VAULT_NAMESPACE       where it has namespaces

A reference names a secret where it lies: /path or file:/path (mode 0600), env:NAME, vault:MOUNT/PATH#MEMBER (KV version 2).`;

const TRUST_LINE = `  WASL_TRUST            YAML file of the authorities and signers whose signatures count (docs/signatures.md), read again when it changes;
                        without it no acceptance or approval is taken, and nothing opens`;
const TRUST = `
${TRUST_LINE}`;

export const SERVE_HELP = `
Environment:
  WASL_LISTEN           127.0.0.1:8080; elsewhere than on loopback only with
  WASL_TLS_CERT         the certificate with its chain (PEM), and
  WASL_TLS_KEY          its key, by reference; renewed ones are taken into use by themselves
  WASL_RETENTION        YAML file of the approved retention schedule (docs/privacy.md); without it nothing is proposed for erasure
  WASL_CODEC_ORIGIN     https://temporal.example: the origin of Temporal's UI, whose codec server is this API at /v1/codec
  WASL_JWT_ISSUER       whose tokens count: their claim iss
  WASL_JWT_AUDIENCE     wasl: their claim aud
  WASL_JWT_JWKS_URL     the issuer's public keys by address, or
  WASL_JWT_JWKS_FILE    by file; without both they are found by the issuer's address (OpenID Connect Discovery)
  WASL_JWT_ALGORITHMS   of ${ALGORITHMS.join(',')}: what may sign tokens; all of them
  WASL_JWT_LIFETIME_SECONDS  ${TOKEN_LIFETIME_SECONDS_DEFAULT}: for how long a token may be made, 60 to 28800
  WASL_JWT_CLAIMS       where the issuer puts ${MAPPED_CLAIMS.join(', ')}, as JSON: names of claims, or JSON pointers:
                          {"roles":"/realm_access/roles","entity":"organisation"}
  WASL_JWT_ROLES        what the issuer calls the roles, as JSON; what is not named means nothing: {"NOC":"engineer"}
  WASL_STEP_UP_ACR      values of acr, with commas: the logins that decide (RFC 9470); needed with an issuer
  WASL_STEP_UP_SECONDS  ${STEP_UP_SECONDS_DEFAULT}: how old such a login may be, 30 to 3600
  WASL_DPOP_CLIENTS     client_id of clients whose tokens must be bound to a key (RFC 9449), with commas; *: all
  WASL_LOGIN_CLIENT     client_id under which the issuer knows \`wasl login\`: public, device code; without it there is no login there
  WASL_LOGIN_SCOPE      ${LOGIN_SCOPE_DEFAULT}: what that asks for
  WASL_PUBLIC_URL       how clients call this API, for their proofs of possession; http:// and WASL_LISTEN${TRUST}${BACKENDS}

SIGTERM, SIGINT and SIGHUP stop it. Its log is JSON lines on standard error; a request's lines name the person who sent it.`;

export const WORKER_HELP = `
Environment:
  WASL_CREDENTIALS      YAML file of router credentials by name, mode 0600:
                          backbone: { username: wasl, privateKeyFile: /etc/wasl/id_ed25519, hosts: [192.0.2.0/24] }
                        hosts (names, addresses, prefixes) or hostKeys (SHA256:...) say where it may be sent; nowhere else.
                        A secret is there itself or by reference (below): passwordFrom, privateKeyFrom, passphraseFrom. A key is
                        offered before the password; wasl router check says by which a router let it in
${TRUST_LINE}
  WASL_CONVERGENCE_SECONDS  20: how long verification gives routes to arrive, 1 to 600
  WASL_DRAIN_SECONDS    ${DRAIN_SECONDS_DEFAULT}: what transactions under way are granted when it is told to stop, 1 to 3600
  WASL_PROGRESS_DAYS    ${PROGRESS_DAYS_DEFAULT}: how long events of progress are kept, 1 to 3650; results are kept for good
  WASL_AUDIT_MINUTES    ${AUDIT_MINUTES_DEFAULT}: how often the whole network is held against the register, 5 to 10080
  WASL_LEDGER_KEY       the Ed25519 key (PEM), by reference, that signs checkpoints of the ledger: one for all workers, and not in the database.
                        Without it nothing is signed; an embedded database has one in the state directory
  WASL_CHECKPOINT_SECONDS   ${CHECKPOINT_SECONDS_DEFAULT}: how often, while the ledger grows, 1 to 3600
  WASL_REVIEW_MINUTES   ${REVIEW_MINUTES_DEFAULT}: how often the whole ledger is held against its checkpoints and the register, 1 to 10080
  WASL_PLANNING_MEMORY_MB  what one planning thread may use, 256 to 65536
  WASL_WORKER_LISTEN    host:port for GET /health, /ready and /metrics; without it nothing listens${BACKENDS}

SIGTERM, SIGINT and SIGHUP drain it: it takes nothing new, and the transactions under way end on all routers or on none. What has
not ended after WASL_DRAIN_SECONDS is given up: the routers undo what was not confirmed, and another worker's recovery reads them.
Give its supervisor some seconds more (systemd: TimeoutStopSec). Its log is JSON lines on standard error.`;

export const CODEC_KEY_HELP = `
The newest key whose time has come encrypts; every key of the ring decrypts what it encrypted. To rotate:
  1. wasl codec-key FILE: one more key, which encrypts from in an hour on
  2. bring the file to every API and worker within that hour; they read it again by themselves
  3. take the old key out when nobody reads what it encrypted any more: after the namespace's retention

A workflow that still needs a key that is gone is begun anew from the record, after half a minute of tries; so nothing of the record is lost
with a ring. A process that lacks a key says so at level error, in /ready, and in wasl_messages_unreadable.`;

export const PRIVACY_KEY_HELP = `
The newest key whose time has come wraps; every key of the ring unwraps. After an erasure, so that no backup opens what was erased:
  1. wasl privacy-key FILE: one more key, and bring the file to every API and worker
  2. once its time has come: wasl privacy rotate, which wraps every key of a person anew
  3. take the old keys, which it names, out of every copy of the file, and destroy those

Whoever has the database and this file has everything: keep them, and their backups, apart.`;

export const MIGRATE_HELP = `
Environment:
  WASL_DATABASE_OWNER_URL   login of the role that owns the tables; no other command reads it
  WASL_DATABASE_OWNER_PASSWORD   its password by reference: /path (mode 0600), env:NAME, vault:MOUNT/PATH#MEMBER
  DATABASE_URL              login of the role that serves: it is given what it needs, and can only add to the ledger

Without two roles \`wasl serve\` and \`wasl worker\` migrate by themselves, and their role could rewrite the ledger. Two are made once, by a
superuser of the server:

  create role wasl_owner login password '...';
  create role wasl_application login password '...';
  create database wasl owner wasl_owner;

Or, where one role (here wasl) owned everything so far, connected to the database wasl:

  alter database wasl owner to wasl_owner;
  reassign owned by wasl to wasl_owner;

Then, and at every upgrade before the new release starts:

  WASL_DATABASE_OWNER_URL=postgres://wasl_owner:...@host/wasl?sslmode=verify-full \\
  DATABASE_URL=postgres://wasl_application:...@host/wasl?sslmode=verify-full wasl migrate`;

export const SIM_HELP = `
Example:
  wasl sim docs/samples/demo-backbone.yaml --write-inventory live.yaml --write-credentials credentials.yaml`;
