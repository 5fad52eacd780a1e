import { isUtf8 } from 'node:buffer';
import { NetconfError, RpcError } from '../../../../src/netconf/errors.ts';
import { DEFAULT_LIMITS } from '../../../../src/netconf/limits.ts';
import { DataCut } from '../../../../src/netconf/message/data-cut.ts';
import { plainAttribute, readEnvelope } from '../../../../src/netconf/message/envelope.ts';
import { OutlineBuilder } from '../../../../src/netconf/message/outline.ts';
import { ANY_REPLY, positiveReplyTo } from '../../../../src/netconf/message/positive-reply.ts';
import {
  isEnvelopeName,
  judgeReply,
  type ReplyContent,
  RpcReply,
  readOutline,
  readReply,
} from '../../../../src/netconf/message/reply.ts';
import { errorsOfReply, lockHolderSessionId } from '../../../../src/netconf/message/rpc-error.ts';
import { readWholeMessage } from '../../../../src/netconf/message/whole-message.ts';
import { XmlReader } from '../../../../src/netconf/xml/reader.ts';
import { NETCONF_TOKENS, XML_TOKENS } from '../dictionary.ts';
import { Random, seedOf } from '../random.ts';
import { readReferenceErrors } from '../reference/rpc-errors.ts';
import { isMalformed, type ReferenceElement, readReference } from '../reference/xml.ts';
import { type FuzzTarget, hold } from '../target.ts';

const BASE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
/** Above this a reply without a visible error is not parsed, as README and `dataXml` say. */
const PARSED_AT_ONCE_BYTES = 64 * 1024;
/** Where the first of these bytes stands, so many spaces go: a large reply from a small input. */
const WIDE = 0x01;
const WIDE_BYTES = 70_000;

const ERROR =
  '<rpc-error><error-type>rpc</error-type><error-tag>in-use</error-tag><error-severity>error</error-severity><error-path xmlns:a="urn:a">/a:b</error-path><error-message>m</error-message><error-info><session-id>7</session-id></error-info></rpc-error>';
const WARNING = '<rpc-error><error-severity>warning</error-severity></rpc-error>';

/** A whole message of the server, as the layer reads it. */
export const reply: FuzzTarget = {
  name: 'reply',
  seeds: [
    `<?xml version="1.0" encoding="UTF-8"?>\n<rpc-reply xmlns="${BASE}" message-id="1"><ok/></rpc-reply>\n`,
    `<nc:rpc-reply xmlns:nc="${BASE}" message-id="1"><nc:data><a xmlns="urn:a" b='>'/></nc:data></nc:rpc-reply>`,
    `<rpc-reply xmlns="${BASE}" message-id="1">${ERROR}<ok/></rpc-reply>`,
    `<rpc-reply message-id="1"><commit-results><routing-engine>${WARNING}</routing-engine></commit-results><ok/></rpc-reply>`,
    `<rpc-reply xmlns="${BASE}" message-id="1"><data>\u0001</data>${ERROR}</rpc-reply>`,
    `<rpc-reply xmlns="${BASE}" message-id="1"><data>\u0001</data></rpc-reply>`,
    `<rpc-reply xmlns="${BASE}" message-id="1">${WARNING}<data><a xmlns="urn:a"><data/><data><!-- </data> --></data><![CDATA[</data>]]></a></data></rpc-reply>`,
  ],
  dictionary: [...NETCONF_TOKENS, ...XML_TOKENS, '\u0001'],
  inputBytesMax: 1_500,
  run: (input) => checkReply(widened(input)),
};

/** The errors of a reply: what stands between its tags. */
export const rpcError: FuzzTarget = {
  name: 'rpc-error',
  seeds: [ERROR, `${WARNING}${ERROR}<ok/>`, `<load-configuration-results>${ERROR}</load-configuration-results>`],
  dictionary: [...NETCONF_TOKENS, ...XML_TOKENS],
  inputBytesMax: 1_000,
  run: (input) => {
    const [before, after] = [`<rpc-reply xmlns="${BASE}" message-id="1">`, '</rpc-reply>'];
    checkReply(Buffer.concat([Buffer.from(before), input, Buffer.from(after)]));
  },
};

function checkReply(bytes: Buffer): void {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : null;
  const content = accept(bytes);
  if (content === null) return;
  hold(text !== null, () => 'understood, and it is not UTF-8');
  const reference = readReference(text ?? '');
  if (isMalformed(reference)) {
    hold(
      !content.isWhole && bytes.length > PARSED_AT_ONCE_BYTES,
      () => `understood, saxes says ${reference.malformed}`,
    );
    return;
  }
  const expected = JSON.stringify(readReferenceErrors(reference));
  const errors = errorsOfReply(content.outline);
  const seen = JSON.stringify(errors.map(({ severity, tag, message }) => ({ severity, tag, message })));
  hold(seen === expected, () => `errors ${seen}, the reference has ${expected}`);
  checkWaysOfReading(content, text ?? '', reference, seedOf(bytes));
  checkEnvelope(content, reference);
  checkUse(content);
}

function checkEnvelope({ bytes }: ReplyContent, reference: ReferenceElement): void {
  const envelope = readEnvelope(bytes);
  if (envelope === null) throw new Error('a reply without a head');
  const whole = readWholeMessage(bytes, DEFAULT_LIMITS);
  if (whole !== null) hold(whole.root.name === envelope.root.name, () => 'the head differs when all is read');
  hold(envelope.root.local === reference.name, () => `root ${envelope.root.local}, it is ${reference.name}`);
  const id = plainAttribute(envelope.root, 'message-id');
  hold(id === (reference.attributes['message-id'] ?? null), () => `message-id ${id}`);
  const [first] = reference.children;
  if (envelope.first !== null) hold(envelope.first.local === first?.name, () => `first child ${envelope.first?.local}`);
  for (const end of [envelope.rootEnd, envelope.firstEnd]) {
    // The head of a message that is still arriving says the same, or that it needs more.
    if (end < 0) continue;
    const head = readEnvelope(bytes.subarray(0, end), false);
    hold(head === null || head.root.name === envelope.root.name, () => 'the head of an incomplete message differs');
  }
}

/** What a caller may ask of the answer throws nothing but errors of the family, and says nothing over several lines. */
function checkUse(content: ReplyContent): void {
  try {
    const said = judgeReply(content.outline, ANY_REPLY);
    const answer = new RpcReply('1', content, said, DEFAULT_LIMITS);
    const { children } = answer.root;
    const isDone = children.every(({ name }) => name !== 'data' && name !== 'configuration');
    hold(!answer.ok || isDone, () => `ok is ${answer.ok}`);
    hold(answer.xml.includes(answer.dataXml), () => 'dataXml is not of the reply');
  } catch (error) {
    if (!(error instanceof NetconfError)) throw error;
  }
  const errors = errorsOfReply(content.outline);
  const { message } = new RpcError(errors, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is asked
  hold(!/[\u0000-\u001f\u007f]/.test(message) && message.length < 5_000, () => `a message ${JSON.stringify(message)}`);
  for (const error of errors) lockHolderSessionId(error);
}

function accept(bytes: Buffer): ReplyContent | null {
  try {
    const envelope = readEnvelope(bytes);
    if (envelope === null || !isEnvelopeName(envelope, 'rpc-reply')) return null;
    return readReply(bytes, envelope, DEFAULT_LIMITS);
  } catch (error) {
    if (error instanceof NetconfError) return null;
    throw error;
  }
}

/** A reply says one thing, whether it is read as a tree, as events or as bytes, and whatever the pieces. */
function checkWaysOfReading(content: ReplyContent, text: string, reference: ReferenceElement, seed: number): void {
  const expected = verdictOn(() => content);
  const events = verdictOn(() => ({ outline: outlineOfEvents(text, seed) }));
  hold(events === expected, () => `as a tree ${expected}, as events ${events}`);
  const cut = new DataCut();
  const inside = pieces(content.bytes, seed).flatMap((piece) => cut.push(piece));
  const rest = cut.end();
  const bytes = verdictOn(() => ({ outline: readOutline([rest.outline], DEFAULT_LIMITS) }));
  hold(bytes === expected, () => `as a tree ${expected}, as bytes ${bytes}`);
  if (verdictOn(() => content, ['get']) === '["PROTOCOL"]') return;
  if (reference.children.filter(({ name }) => name === 'data').length !== 1) return;
  const said = judgeReply(content.outline, ANY_REPLY);
  const answer = new RpcReply('1', content, said, DEFAULT_LIMITS);
  const delivered = Buffer.concat([...inside, ...rest.inside]);
  hold(delivered.equals(answer.dataBytes), () => `data ${JSON.stringify(answer.dataXml)}, as bytes ${delivered}`);
  const again = readReference(`<data>${delivered}</data>`);
  const sameChildren = isMalformed(again) || again.children.length === answer.data?.children.length;
  hold(sameChildren, () => `data ${delivered} is not what the tree has`);
}

/** For an operation that asks, one that acts and one that is not known. */
function verdictOn(
  read: () => { readonly outline: ReplyContent['outline'] },
  operations = ['get', 'commit', 'edit-config', 'ping'],
): string {
  const verdicts = operations.map((name) => {
    try {
      return judgeReply(read().outline, positiveReplyTo(name));
    } catch (error) {
      if (error instanceof NetconfError) return error.code;
      throw error;
    }
  });
  return JSON.stringify(verdicts);
}

function outlineOfEvents(text: string, seed: number): ReplyContent['outline'] {
  const builder = new OutlineBuilder();
  const reader = new XmlReader(builder);
  const random = new Random(seed);
  for (let at = 0; at < text.length; ) {
    const length = 1 + random.below(text.length > WIDE_BYTES ? 10_000 : 40);
    reader.write(text.slice(at, at + length));
    at += length;
  }
  reader.close();
  return builder.outline;
}

function pieces(bytes: Buffer, seed: number): Buffer[] {
  const random = new Random(seed);
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(bytes.length > WIDE_BYTES ? 10_000 : 40);
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}

function widened(input: Buffer): Buffer {
  const at = input.indexOf(WIDE);
  if (at < 0) return input;
  return Buffer.concat([input.subarray(0, at), Buffer.alloc(WIDE_BYTES, ' '), input.subarray(at + 1)]);
}
