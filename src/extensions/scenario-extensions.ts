import { TestbedError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import type { ScenarioExtensions } from '../run/run-on-testbed.ts'
import type { SnapshotDecoder } from '../run/stored-snapshots.ts'
import type { ExtensionSet } from './extension-set.ts'

/**
 * Of a set of extensions, what a run of the scenario needs.
 * @throws TestbedError when the scenario names a decoder that nobody registered
 */
export function scenarioExtensions(scenario: Scenario, extensions: ExtensionSet): ScenarioExtensions {
  return {
    faults: extensions.behaviours('fault'),
    generators: extensions.behaviours('generator'),
    probes: extensions.behaviours('probe'),
    checks: mapValues(extensions.behaviours('check'), ({ judge }) => judge),
    actions: mapValues(extensions.behaviours('action'), ({ perform }) => perform),
    ...decoderOf(scenario, extensions),
  }
}

function decoderOf({ application }: Scenario, extensions: ExtensionSet): { readonly decoder?: SnapshotDecoder } {
  const name = application?.snapshotDecoder
  if (name === undefined) return {}
  const decoder = extensions.behaviours('snapshot_decoder').get(name)
  if (decoder === undefined) throw new TestbedError(`No snapshot decoder named ${name} is registered here.`)
  return { decoder }
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, of: (value: From) => To): ReadonlyMap<string, To> {
  return new Map([...map].map(([name, value]) => [name, of(value)]))
}
