/**
 * Route targets and rules at random on every VRF of the deployed lab, and what two sides make of them: wasl's matrix, read over NETCONF
 * and worked out by its model, and the tables of FRR's bgpd, read by ssh.
 */
import { readFile } from 'node:fs/promises';
import type { WireReachability } from '../../../src/api/wire.ts';
import type { Random } from '../../chaos/random.ts';
import { labState, onRouter, until } from './lab.ts';
import { changeByOther } from './other-client.ts';
import { ADMIN } from './people.ts';
import type { LabStage } from './stage.ts';

const FAMILIES = ['ipv4', 'ipv6'] as const;
type Family = (typeof FAMILIES)[number];
/** Few, so that many meet. */
const TARGETS = [1, 2, 3, 4, 5, 6].map((number) => `0:65000:${7700 + number}`);
const IMPORT_SHARE = 0.25;
const WHOLE_VPN_SHARE = 0.3;
const RULES_MAX = 2;
/** Until BGP has carried a change to every PE, also on a machine that has other work; a disagreement is what is left then. */
const CONVERGENCE_SECONDS_MAX = 60;

interface LabVrf {
  readonly pe: string;
  readonly name: string;
  readonly rd: string;
  readonly routeTarget: string;
  readonly exportPolicy: Readonly<Partial<Record<Family, string>>>;
  readonly own: Readonly<Record<Family, readonly string[]>>;
}

/** `pe: - prefix of VPN in VRF` where only the model has it, `+` where only FRR has. */
export type Disagreement = string;

export class RandomTargets {
  readonly #stage: LabStage;
  readonly #vrfs: readonly LabVrf[];

  private constructor(stage: LabStage, vrfs: readonly LabVrf[]) {
    this.#stage = stage;
    this.#vrfs = vrfs;
  }

  static async of(stage: LabStage): Promise<RandomTargets> {
    return new RandomTargets(stage, await readVrfs());
  }

  /** One configuration of all VRFs; what the two sides disagree about once BGP is done, and how many routes they agree on. */
  async compare(random: Random): Promise<{ agreed: number; disagreements: Disagreement[] }> {
    await this.#configure((vrf) => FAMILIES.map((family) => this.#randomFamily(vrf, family, random)).join(''));
    const client = await this.#stage.wasl.clientOf(ADMIN);
    const { reachabilities } = await client.readMatrix();
    // That an operator's export policy keeps a prefix is an assumption which every proof prints: where only FRR knows better, nobody is wrong.
    const kept = new Set(reachabilities.filter((one) => !this.#isPoliced(one)).map(routeOf));
    const model = new Set(reachabilities.map(routeOf));
    let tables = new Set<string>();
    await until(CONVERGENCE_SECONDS_MAX, async () => {
      tables = await this.#readTables();
      return differences(kept, model, tables).length === 0;
    });
    const disagreements = differences(kept, model, tables);
    return { agreed: [...model].filter((route) => tables.has(route)).length, disagreements };
  }

  #isPoliced({ fromPe, from, prefix }: WireReachability): boolean {
    const giver = this.#vrfs.find(({ pe, name }) => pe === fromPe && name === from);
    return giver?.exportPolicy[prefix.includes(':') ? 'ipv6' : 'ipv4'] !== undefined;
  }

  /** As before all rounds. */
  async restore(): Promise<void> {
    await this.#configure((vrf) => FAMILIES.map((family) => familyXml(vrf, family, [], [])).join(''));
  }

  #byPe(): [pe: string, vrfs: LabVrf[]][] {
    return this.#stage.pes.map((name) => [name, this.#vrfs.filter(({ pe }) => pe === name)]);
  }

  async #configure(familiesOf: (vrf: LabVrf) => string): Promise<void> {
    const changed = this.#byPe().map(([pe, vrfs]) => {
      const entries = vrfs.map((vrf) => `<vrf><name>${vrf.name}</name>${familiesOf(vrf)}</vrf>`);
      return changeByOther(pe, `<vrfs xmlns="urn:wasl:frr:l3vpn">${entries.join('')}</vrfs>`);
    });
    await Promise.all(changed);
  }

  #randomFamily(vrf: LabVrf, family: Family, random: Random): string {
    const imports = TARGETS.filter(() => random.chance(IMPORT_SHARE));
    const elsewhere = this.#vrfs.filter(({ name }) => name === vrf.name).flatMap(({ own }) => own[family]);
    const rules = Array.from({ length: random.below(RULES_MAX + 1) }, (_, number) => {
      const scope = random.chance(WHOLE_VPN_SHARE)
        ? '<whole-vpn/>'
        : [...new Set([random.pick(elsewhere), random.pick(elsewhere), random.pick(vrf.own[family])])]
            .map((prefix) => `<prefix>${prefix}</prefix>`)
            .join('');
      const target = `<route-target>${random.pick(TARGETS)}</route-target>`;
      return `<export-rule><name>PARTNER-${number}</name>${target}${scope}</export-rule>`;
    });
    return familyXml(vrf, family, imports, rules);
  }

  /** Routes of other VPNs in FRR's tables. */
  async #readTables(): Promise<Set<string>> {
    const owner = new Map(
      this.#vrfs.flatMap(({ name, own }) => FAMILIES.flatMap((family) => own[family].map((prefix) => [prefix, name]))),
    );
    const found = this.#byPe().map(async ([pe, vrfs]) => {
      const tables = vrfs.flatMap(({ name }) => FAMILIES.map((family) => ({ name, family })));
      const show = tables.map(
        ({ name, family }) => `vtysh -c 'show bgp vrf ${name} ${family} unicast json'; echo ${SEPARATOR}`,
      );
      const answers = (await onRouter(pe, show.join('; '))).split(SEPARATOR);
      return tables.flatMap(({ name }, index) => {
        const { routes = {} } = JSON.parse(answers[index] ?? '') as { routes?: Record<string, unknown> };
        return Object.keys(routes)
          .filter((prefix) => owner.get(prefix) !== name)
          .map((prefix) => `${pe}: ${prefix} of ${owner.get(prefix) ?? 'nobody'} in ${name}`);
      });
    });
    return new Set((await Promise.all(found)).flat());
  }
}

const SEPARATOR = '=====';

const routeOf = ({ toPe, to, from, prefix }: WireReachability) => `${toPe}: ${prefix} of ${from} in ${to}`;

/** `kept` must be in the tables, and nothing that is not in the model may be. */
function differences(
  kept: ReadonlySet<string>,
  model: ReadonlySet<string>,
  tables: ReadonlySet<string>,
): Disagreement[] {
  return [
    ...[...kept].filter((route) => !tables.has(route)).map((route) => `- ${route}`),
    ...[...tables].filter((route) => !model.has(route)).map((route) => `+ ${route}`),
  ].sort();
}

function familyXml(vrf: LabVrf, family: Family, imports: readonly string[], rules: readonly string[]): string {
  const policy = vrf.exportPolicy[family];
  return [
    `<${family} nc:operation="replace">`,
    ...[vrf.routeTarget, ...imports].map((target) => `<import-rt>${target}</import-rt>`),
    `<export-rt>${vrf.routeTarget}</export-rt>`,
    policy === undefined ? '' : `<export-policy>${policy}</export-policy>`,
    ...rules,
    `</${family}>`,
  ].join('');
}

interface NetworkFile {
  readonly routers: Readonly<
    Record<
      string,
      {
        readonly vrfs?: readonly {
          readonly name: string;
          readonly rd: string;
          readonly routeTarget: string;
          readonly exportPolicy?: Readonly<Partial<Record<Family, string>>>;
          readonly attachments: readonly {
            readonly ipv4: string;
            readonly ipv6: string;
            readonly routes: readonly { readonly prefix: string }[];
          }[];
        }[];
      }
    >
  >;
}

async function readVrfs(): Promise<LabVrf[]> {
  const { routers } = JSON.parse(await readFile(labState().network, 'utf8')) as NetworkFile;
  return Object.entries(routers).flatMap(([pe, { vrfs = [] }]) =>
    vrfs.map(({ name, rd, routeTarget, exportPolicy = {}, attachments }): LabVrf => {
      const behind = attachments.flatMap(({ routes }) => routes.map(({ prefix }) => prefix));
      const ipv4 = attachments.map((link) => link.ipv4.replace(/\.\d+\/24$/, '.0/24'));
      const ipv6 = attachments.map((link) => link.ipv6.replace(/::\d+\/64$/, '::/64'));
      return {
        ...{ pe, name, rd, routeTarget, exportPolicy },
        own: {
          ipv4: [...ipv4, ...behind.filter((prefix) => !prefix.includes(':'))],
          ipv6: [...ipv6, ...behind.filter((prefix) => prefix.includes(':'))],
        },
      };
    }),
  );
}
