/** The ministries' own branch-to-branch traffic: it flows while everything else happens, and nobody may notice. */
import { type PingResult, startPing } from './lab.ts';

export interface Channel {
  readonly vpn: string;
  readonly from: string;
  readonly to: string;
}

export interface ChannelLoss extends PingResult {
  readonly vpn: string;
  readonly lost: number;
}

/** l3vpn: each ministry from its first branch to its second, at another PE. */
export const BRANCH_CHANNELS: readonly Channel[] = [
  { vpn: 'MOH', from: 'ce-moh1', to: '10.100.40.10' },
  { vpn: 'MOF', from: 'ce-mof1', to: '10.200.30.10' },
  { vpn: 'MOE', from: 'ce-moe1', to: '10.150.30.10' },
];

const INTERVAL_SECONDS = 0.02;

/** Pings of all channels until `stop`. The last echo may still be under way then: it is not counted as lost. */
export function startChannels(channels: readonly Channel[] = BRANCH_CHANNELS): { stop(): Promise<ChannelLoss[]> } {
  const pings = channels.map((channel) => ({ channel, ping: startPing(channel.from, channel.to, INTERVAL_SECONDS) }));
  return {
    stop: () =>
      Promise.all(
        pings.map(async ({ channel, ping }) => {
          const result = await ping.stop();
          return { vpn: channel.vpn, ...result, lost: Math.max(0, result.sent - result.received - 1) };
        }),
      ),
  };
}
