import { describe, expect, it } from 'vitest';
import { type PlatformName, peNameSchema, vrfNameSchema } from '../../src/domain/names.ts';
import { credentialNameSchema } from '../../src/domain/router-access.ts';
import { vrfNameFault } from '../../src/domain/vrf-name-fault.ts';

describe('names', () => {
  it.each(['mct-pe-01', 'MCT-PE-01', 'pe_core.muscat', '7750-a', 'R1', 'a'.repeat(63)])('%s is a router', (name) => {
    expect(peNameSchema.parse(name)).toBe(name);
  });

  it.each(['', '-pe1', '.', '..', '../pe1', 'pe 1', 'pe/1', 'pe1\n', 'pé1', 'a'.repeat(64)])(
    '%j is no router',
    (name) => {
      expect(peNameSchema.safeParse(name).success).toBe(false);
    },
  );

  it.each<[PlatformName, string, boolean]>([
    ['iosxr-um2', 'Ministry-of-Health.internet-31ch', true],
    ['iosxr-um2', 'Ministry-of-Health.internet-32chs', false],
    ['junos-yang', 'a'.repeat(128), true],
    ['junos-yang', 'MOH.branches', true],
    ['frr', 'MOH-branches-15', true],
    ['frr', 'MOH-branches-016', false],
    ['frr', 'MOH.branches', false],
  ])('on %s the VRF %s: %s', (platform, name, isTaken) => {
    const fault = vrfNameFault(platform, vrfNameSchema.parse(name));
    expect(fault === null).toBe(isTaken);
    if (fault !== null) expect(fault).toContain(`no VRF name for platform ${platform}`);
  });

  it.each(['', '.', '-x', '1x', 'a b', 'a/b', 'a:b', '<a>', 'a'.repeat(129)])('%j is no VRF', (name) => {
    expect(vrfNameSchema.safeParse(name).success).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'A', 'a b', 'a'.repeat(33)])('%j is no credential', (name) => {
    expect(credentialNameSchema.safeParse(name).success).toBe(false);
  });
});
