import { describe, expect, it } from 'vitest';
import type { VrfName } from '../../src/domain/names.ts';
import { parseAddress } from '../../src/domain/prefix.ts';
import { parseXml } from '../../src/netconf/index.ts';
import type { PingRequest, Platform, RouterReader } from '../../src/platforms/platform.ts';
import { PLATFORMS } from '../../src/platforms/registry.ts';

const notAsked = () => Promise.reject(new Error('not asked'));
const REQUEST: PingRequest = { vrf: 'MOH' as VrfName, destination: parseAddress('10.200.10.10'), count: 3 };

function pingThatSays(platform: Platform, reader: Partial<RouterReader>) {
  return platform.ping({ get: notAsked, call: notAsked, exec: notAsked, ...reader }, REQUEST);
}

/** Taken for silence, it would prove an isolation that nobody has tried. */
async function isNoSilence(pinged: Promise<unknown>): Promise<void> {
  await expect(pinged).rejects.toMatchObject({
    code: 'ROUTER_PROTOCOL',
    message: expect.stringMatching(/^ping 10\.200\.10\.10 from VRF MOH: no echo was counted/),
  });
}

describe('ping of FRR', () => {
  const ping = ({ code, stdout = '', stderr = '' }: { code: number; stdout?: string; stderr?: string }) =>
    pingThatSays(PLATFORMS.frr, { exec: async () => ({ code, stdout, stderr }) });

  it.each([
    ['answers', { code: 0, stdout: '3 packets transmitted, 3 received, 0% packet loss' }, 3],
    ['a part of them', { code: 0, stdout: '3 packets transmitted, 1 received, 66% packet loss' }, 1],
    ['silence', { code: 1, stdout: '3 packets transmitted, 0 received, 100% packet loss' }, 0],
    ['no route', { code: 2, stderr: 'ping: connect: Network is unreachable' }, 0],
  ])('%s', async (_, said, received) => {
    expect(await ping(said)).toEqual({ sent: 3, received });
  });

  it.each([
    ['no ping on the router', { code: 127, stderr: 'sh: 1: ping: not found' }],
    ['no such VRF', { code: 2, stderr: 'ping: SO_BINDTODEVICE MOH: Invalid argument' }],
    ['a source that is not there', { code: 2, stderr: 'ping: bind: Cannot assign requested address' }],
    ['nothing sent', { code: 1, stdout: '0 packets transmitted, 0 received' }],
    ['nothing at all', { code: 0 }],
  ])('%s is no silence', async (_, said) => {
    await isNoSilence(ping(said));
  });
});

describe('ping of IOS XR', () => {
  const ping = (answer: string) =>
    pingThatSays(PLATFORMS['iosxr-um2'], { call: async () => [parseXml(`<ping-response>${answer}</ping-response>`)] });

  it.each([3, 0])('%i answers', async (received) => {
    const answer = `<ipv4><hits>${received}</hits><total>3</total></ipv4>`;
    expect(await ping(answer)).toEqual({ sent: 3, received });
  });

  it.each([
    ['no answer', ''],
    ['of the other family', '<ipv6><hits>0</hits><total>3</total></ipv6>'],
    ['without numbers', '<ipv4><destination>10.200.10.10</destination></ipv4>'],
    ['nothing sent', '<ipv4><hits>0</hits><total>0</total></ipv4>'],
  ])('%s is no silence', async (_, answer) => {
    await isNoSilence(ping(answer));
  });
});

describe('ping of Junos', () => {
  const ping = (results: string) =>
    pingThatSays(PLATFORMS['junos-yang'], { call: async () => [parseXml(`<ping-results>${results}</ping-results>`)] });
  const summary = (sent: number, received: number) =>
    `<probe-results-summary><probes-sent>${sent}</probes-sent><responses-received>${received}</responses-received></probe-results-summary>`;

  it('answers, and silence', async () => {
    expect(await ping(summary(3, 3))).toEqual({ sent: 3, received: 3 });
    expect(await ping(`<ping-failure>no response</ping-failure>${summary(3, 0)}`)).toEqual({ sent: 3, received: 0 });
  });

  it('what Junos says in place of numbers is told', async () => {
    const error =
      "<ping-failure>x</ping-failure><ping-error-message>bind: Can't assign requested address</ping-error-message>";
    await expect(ping(error)).rejects.toThrow(/no echo was counted: bind: Can't assign requested address$/);
  });

  it.each([
    ['no summary', '<ping-failure>no route</ping-failure>'],
    ['nothing sent', summary(0, 0)],
  ])('%s is no silence', async (_, results) => {
    await isNoSilence(ping(results));
  });
});
