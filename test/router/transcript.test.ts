import { expect, it } from 'vitest';
import { Transcripts } from '../../src/router/transcript.ts';

const NOW = new Date('2026-11-30T05:00:00Z');
const read = (text: string | null) =>
  (text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('keeps what was said with its time, and of what is secret that it was there', () => {
  const transcript = new Transcripts(() => NOW).open();
  expect(transcript.text()).toBeNull();
  transcript.capture({ direction: 'sent', text: '<rpc><user><password>hunter2</password></user></rpc>' });
  transcript.capture({ direction: 'received', text: '<snmp><community>public<!-- hunter2 --></community></snmp>' });
  expect(read(transcript.text())).toEqual([
    { at: NOW.toISOString(), direction: 'sent', text: '<rpc><user><password>********</password></user></rpc>' },
    { at: NOW.toISOString(), direction: 'received', text: '<snmp><community>********</community></snmp>' },
  ]);
});

it('says of a message that is too long, or one too many, how long it was', () => {
  const transcripts = new Transcripts(() => NOW);
  const one = transcripts.open();
  one.capture({ direction: 'received', text: 'x'.repeat(300_000) });
  expect(read(one.text())).toMatchObject([{ text: '<!-- 300000 bytes, not recorded -->' }]);
  for (let count = 0; count < 20; count += 1) one.capture({ direction: 'received', text: 'y'.repeat(250_000) });
  expect(Buffer.byteLength(one.text() ?? '')).toBeLessThan(4 * 1024 * 1024 + 10_000);
  const lines = read(one.text());
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toMatchObject({ text: '<!-- 250000 bytes, not recorded -->' });
  const other = transcripts.open();
  other.capture({ direction: 'sent', text: '<rpc/>' });
  expect(read(other.text())).toMatchObject([{ text: '<rpc/>' }]);
});
