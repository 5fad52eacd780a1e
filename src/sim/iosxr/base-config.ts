import type { InventoryVrf } from '../../domain/inventory.ts';
import { encodedParts, type RouteDistinguisher, type RouteTarget, shortForm } from '../../domain/route-target.ts';
import type { BaseConfiguration, OperatorPolicyStyle } from '../personality.ts';
import { tag, textTag } from '../xml/element.ts';
import { UM_BGP, UM_POLICY, UM_SNMP, UM_VRF } from './namespaces.ts';

/** What an operator's router holds before wasl: VRFs with RD and own route targets, and things that are none of its business. */
export function renderIosxrBase(base: BaseConfiguration): string {
  const { router } = base;
  const blocks = router.vrfs.flatMap((vrf) => {
    const style = base.exportPolicy(vrf.name);
    return style === undefined ? [] : [exportPolicyBlocks(vrf, base.baseRouteTarget(vrf.vpn), style)];
  });
  const policies = [
    { name: 'OPERATOR-PASS-ALL', text: 'route-policy OPERATOR-PASS-ALL\n  pass\nend-policy\n' },
    ...blocks.map((block) => block.policy),
  ];
  const sets = [
    {
      name: 'OPERATOR-BOGONS',
      text: 'prefix-set OPERATOR-BOGONS\n  192.0.2.0/24 le 32,\n  2001:db8::/32 le 128\nend-set\n',
    },
    ...blocks.map((block) => block.set),
  ];
  return (
    tag('snmp-server', textTag('location', `${router.name}, national backbone`), UM_SNMP.namespace) +
    tag('vrfs', router.vrfs.map((vrf) => renderVrf(vrf, base)).join(''), UM_VRF.namespace) +
    tag('routing-policy', renderPolicies(policies) + renderSets(sets), UM_POLICY.namespace)
  );
}

interface Block {
  readonly name: string;
  readonly text: string;
}

function renderPolicies(blocks: readonly Block[]): string {
  const entries = blocks.map(({ name, text }) =>
    tag('route-policy', textTag('route-policy-name', name) + textTag('rpl-route-policy', text)),
  );
  return tag('route-policies', entries.join(''));
}

function renderSets(blocks: readonly Block[]): string {
  const entries = blocks.map(({ name, text }) =>
    tag('prefix-set', textTag('set-name', name) + textTag('rpl-prefix-set', text)),
  );
  return tag('sets', tag('prefix-sets', entries.join('')));
}

function renderVrf(vrf: InventoryVrf, base: BaseConfiguration): string {
  const target = base.baseRouteTarget(vrf.vpn);
  const policy = base.exportPolicy(vrf.name) === undefined ? undefined : exportPolicyName(vrf);
  const families = vrf.families.map((family) => {
    const imports = tag('import', renderTarget(target), UM_BGP.namespace);
    const policyLeaf = policy === undefined ? '' : textTag('route-policy', policy);
    const exports = tag('export', policyLeaf + renderTarget(target), UM_BGP.namespace);
    return tag(family, tag('unicast', imports + exports));
  });
  return tag(
    'vrf',
    textTag('vrf-name', vrf.name) +
      tag('address-family', families.join('')) +
      textTag('description', `VPN ${vrf.vpn}`) +
      renderRouteDistinguisher(vrf.routeDistinguisher),
  );
}

function renderTarget(target: RouteTarget): string {
  const { type, administrator, assigned } = encodedParts(target);
  const [container, entry, administratorLeaf, numberLeaf] = TARGET_NAMES[type];
  const leaves =
    textTag(administratorLeaf, administrator) + textTag(numberLeaf, String(assigned)) + textTag('stitching', 'disable');
  return tag('route-target', tag(container, tag(entry, leaves)));
}

const TARGET_NAMES = {
  0: ['two-byte-as-route-targets', 'two-byte-as-route-target', 'two-byte-as-number', 'asn2-index'],
  1: ['ipv4-address-route-targets', 'ipv4-address-route-target', 'ipv4-address', 'ipv4-address-index'],
  2: ['four-byte-as-route-targets', 'four-byte-as-route-target', 'four-byte-as-number', 'asn4-index'],
} as const;

function renderRouteDistinguisher(distinguisher: RouteDistinguisher): string {
  const { type, administrator, assigned } = encodedParts(distinguisher);
  const names = {
    0: ['two-byte-as', 'two-byte-as-number', 'asn2-index'],
    1: ['ipv4-address', 'address', 'ipv4address-index'],
    2: ['four-byte-as', 'four-byte-as-number', 'asn4-index'],
  } as const;
  const [container, administratorLeaf, numberLeaf] = names[type];
  const leaves = textTag(administratorLeaf, administrator) + textTag(numberLeaf, String(assigned));
  return tag('rd', tag(container, leaves), UM_BGP.namespace);
}

const exportPolicyName = (vrf: InventoryVrf): string => `OPERATOR-${vrf.name}-EXP`;

function exportPolicyBlocks(
  vrf: InventoryVrf,
  target: RouteTarget,
  style: OperatorPolicyStyle,
): { readonly policy: Block; readonly set: Block } {
  const name = exportPolicyName(vrf);
  const setName = `OPERATOR-${vrf.name}-PFX`;
  const prefixes = vrf.attachments.flatMap((attachment) => attachment.prefixes).map((prefix) => `  ${prefix}`);
  const statements =
    style === 'tag'
      ? `  if destination in ${setName} then\n    set local-preference 200\n  endif\n  pass\n`
      : `  set extcommunity rt (${shortForm(target)})\n  done\n`;
  return {
    policy: { name, text: `route-policy ${name}\n${statements}end-policy\n` },
    set: { name: setName, text: `prefix-set ${setName}\n${prefixes.join(',\n')}\nend-set\n` },
  };
}
