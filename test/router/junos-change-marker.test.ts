import { expect, it } from 'vitest';
import { parseXmlFragment } from '../../src/netconf/index.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';

async function markerOf(attributes: string) {
  const reply = `<data><configuration xmlns="http://yang.juniper.net/junos/conf/root" ${attributes}/></data>`;
  const call = async () => parseXmlFragment(reply);
  const { readChangeMarker } = PLATFORMS['junos-yang'];
  return readChangeMarker?.({ call, get: call, exec: () => Promise.reject(new Error('not asked')) });
}

const JUNOS = 'xmlns:junos="http://xml.juniper.net/junos/24.4R1/junos"';
const by = (user: string) =>
  `${JUNOS} junos:commit-seconds="1772352000" junos:commit-localtime="2026-03-01 08:00:00 UTC" junos:commit-user="${user}"`;

it('is another one where somebody else committed in the same second, on a clock that was set back', async () => {
  expect(await markerOf(by('wasl'))).toEqual(await markerOf(by('wasl')));
  expect(await markerOf(by('ops'))).not.toEqual(await markerOf(by('wasl')));
});

it.each([
  ['no attribute', ''],
  ['another one', `${JUNOS} junos:changed-seconds="1772352000"`],
  ['a user alone', `${JUNOS} junos:commit-user="wasl"`],
  ['no number', `${JUNOS} junos:commit-seconds="soon"`],
])('is none with %s', async (_what, attributes) => {
  expect(await markerOf(attributes)).toBeNull();
});
