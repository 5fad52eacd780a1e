import type { ExportScope } from '../domain/network-view.ts';
import type { DeltaOperation } from '../domain/plan.ts';
import { shortForm } from '../domain/route-target.ts';

function describeScope(scope: ExportScope): string {
  return scope === 'whole-vpn' ? 'every route of the VPN' : scope.join(', ');
}

/** What stands in a VRF beyond (or short of) what was expected there: the operations read as `has` and `lacks`. */
export function describeDifference(operation: DeltaOperation): string {
  const target = shortForm(operation.routeTarget);
  const object =
    operation.object === 'import'
      ? `import ${target} (${operation.family})`
      : `export ${describeScope(operation.scope)} with ${target} (${operation.family})`;
  return { create: `has also ${object}`, replace: `has instead ${object}`, delete: `lacks ${object}` }[
    operation.operation
  ];
}
