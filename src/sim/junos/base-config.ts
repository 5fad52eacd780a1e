import type { InventoryVrf } from '../../domain/inventory.ts';
import { type RouteTarget, shortForm } from '../../domain/route-target.ts';
import type { BaseConfiguration, OperatorPolicyStyle } from '../personality.ts';
import { tag, textTag } from '../xml/element.ts';
import { INSTANCES, POLICY, ROOT } from './namespaces.ts';

/** What an operator's router holds before wasl: instances with RD and vrf-target, and things that are none of its business. */
export function renderJunosBase(base: BaseConfiguration): string {
  const { vrfs } = base.router;
  const policies = vrfs.flatMap((vrf) => {
    const style = base.exportPolicy(vrf.name);
    return style === undefined ? [] : [renderExportPolicy(vrf, base.baseRouteTarget(vrf.vpn), style)];
  });
  const operator =
    renderPrefixList('OPERATOR-BOGONS', ['192.0.2.0/24', '2001:db8::/32']) +
    tag('policy-statement', textTag('name', 'OPERATOR-PASS-ALL') + tag('then', tag('accept', ''))) +
    // A community without members: every commit of such a router carries a warning beside its ok.
    tag('community', textTag('name', 'OPERATOR-SPARE'));
  const instances = vrfs.map((vrf) => renderInstance(vrf, base)).join('');
  return tag(
    'configuration',
    textTag('version', '24.4R1.11') +
      tag('policy-options', operator + policies.join(''), POLICY.namespace) +
      tag('routing-instances', instances, INSTANCES.namespace),
    ROOT.namespace,
  );
}

const targetText = (target: RouteTarget): string => {
  const text = shortForm(target);
  const isFourOctet = target.startsWith('2:') && !text.includes('L');
  return `target:${isFourOctet ? text.replace(':', 'L:') : text}`;
};

function renderInstance(vrf: InventoryVrf, base: BaseConfiguration): string {
  const policy = base.exportPolicy(vrf.name) === undefined ? '' : textTag('vrf-export', exportPolicyName(vrf));
  return tag(
    'instance',
    textTag('name', vrf.name) +
      textTag('instance-type', 'vrf') +
      textTag('description', `VPN ${vrf.vpn}`) +
      tag('route-distinguisher', textTag('rd-type', shortForm(vrf.routeDistinguisher))) +
      policy +
      tag('vrf-target', textTag('community', targetText(base.baseRouteTarget(vrf.vpn)))) +
      tag('vrf-table-label', ''),
  );
}

const exportPolicyName = (vrf: InventoryVrf): string => `OPERATOR-${vrf.name}-EXP`;

function renderPrefixList(name: string, prefixes: readonly string[]): string {
  const items = prefixes.map((prefix) => tag('prefix-list-item', textTag('name', prefix)));
  return tag('prefix-list', textTag('name', name) + items.join(''));
}

/** An export policy of the operator states the own route target itself: it takes over from vrf-target. */
function renderExportPolicy(vrf: InventoryVrf, target: RouteTarget, style: OperatorPolicyStyle): string {
  const community = `OPERATOR-${vrf.name}-RT`;
  const prefixes = vrf.attachments.flatMap((attachment) => attachment.prefixes);
  const mark = (action: 'add' | 'set'): string =>
    tag('community', textTag('choice-ident', action) + tag('choice-value', '') + textTag('community-name', community));
  const preferred = tag(
    'term',
    textTag('name', 'preferred') +
      tag('from', tag('prefix-list', textTag('name', `OPERATOR-${vrf.name}-PFX`))) +
      tag('then', tag('local-preference', textTag('local-preference', '200')) + mark('add') + tag('accept', '')),
  );
  const rest = tag(
    'term',
    textTag('name', 'rest') + tag('then', mark(style === 'tag' ? 'add' : 'set') + tag('accept', '')),
  );
  return (
    renderPrefixList(`OPERATOR-${vrf.name}-PFX`, prefixes) +
    tag('policy-statement', textTag('name', exportPolicyName(vrf)) + (style === 'tag' ? preferred : '') + rest) +
    tag('community', textTag('name', community) + textTag('members', targetText(target)))
  );
}
