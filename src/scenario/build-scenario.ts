import { resolve } from 'node:path'
import type { Objectives } from '../model/check.ts'
import type { InputProblem, SourcePosition } from '../model/errors.ts'
import type { GeneratorSpec, LaunchScriptSpec, Scenario, TrafficSpec } from '../model/scenario.ts'
import { allSteps, faultSteps } from '../model/step.ts'
import type { Step } from '../model/step.ts'
import { buildSteps } from './build-steps.ts'
import type { BuiltSteps } from './build-steps.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import { missingFiles } from './missing-files.ts'
import type { ScenarioFields } from './scenario-schema.ts'
import { scenarioRules } from './scenario-rules.ts'
import { given } from './schema-fields.ts'
import { locate } from './schema-problems.ts'
import type { Path } from './schema-problems.ts'
import type { TreeMap } from './yaml-tree.ts'

/** Makes a scenario of its validated fields, or says which of them do not go together. */
export function buildScenario(input: {
  readonly tree: TreeMap
  readonly fields: ScenarioFields
  /** Where paths are meant from. */
  readonly directory: string
}): { readonly loaded: LoadedScenario; readonly problems: readonly InputProblem[] } {
  const { tree, fields, directory } = input
  const positionOf = (path: Path): SourcePosition => locate(tree, path).key
  const sabOf = (sab: string): string => (sab.startsWith('builtin:') ? sab : resolve(directory, sab))
  const built = buildSteps(fields.fault_scenario, { positionOf, pes: fields.opts.pes ?? 1, sabOf })
  const testId = positionOf(['test_id'])
  const scenario = scenarioOf({ fields, built, directory, sabOf, testId })
  const isMix = locate(tree, ['pre_failover_data']).node.kind === 'list'
  return {
    loaded: {
      scenario,
      only: fields.only,
      ...given({
        skip: fields.skip,
        spec: fields.spec === undefined ? undefined : resolve(directory, fields.spec),
        repeat: fields.repeat,
        faultPhases: fields.fault_phases,
      }),
      positions: {
        testId,
        steps: new Map(allSteps(built.steps).map(({ id, source }) => [id, source ?? testId])),
        checks: fields.post_failover_validation_checks.map((_, index) =>
          positionOf(['post_failover_validation_checks', index]),
        ),
        fields: new Map([...tree.entries].map(([name, entry]) => [name, entry.at])),
      },
    },
    problems: [
      ...scenarioRules({ fields, scenario, built, isMix, positionOf }),
      ...missingFiles({ scenario, fields, directory, isMix, placeOf: (path) => locate(tree, path) }),
    ],
  }
}

function scenarioOf(input: {
  readonly fields: ScenarioFields
  readonly built: BuiltSteps
  readonly directory: string
  readonly sabOf: (sab: string) => string
  readonly testId: SourcePosition
}): Scenario {
  const { fields, built, directory, sabOf, testId } = input
  const { streams_application_sab: sab, submission_params: parameters, launch_script: script, timeout } = fields
  return {
    testId: fields.test_id,
    description: fields.description,
    tags: tagsOf(fields),
    source: testId,
    mode: fields.mode,
    sab: { dc1: sabOf(sab.dc1), dc2: sabOf(sab.dc2) },
    submissionParameters: { dc1: parameters.dc1, dc2: parameters.dc2 },
    crossdc: fields.crossdc,
    traffic: (fields.pre_failover_data ?? []).map((traffic) => trafficOf(traffic, directory)),
    steps: built.steps,
    trigger: fields.failover_trigger_method ?? triggerOf(built.steps),
    checks: fields.post_failover_validation_checks,
    objectives: objectivesOf(fields),
    opts: timeout === undefined ? fields.opts : { ...fields.opts, timeoutSeconds: timeout },
    ...given({
      emulateAs: fields.emulate_as,
      application: fields.application,
      launchScript: script === undefined ? undefined : launchScriptOf(script, directory),
      knownIssue: fields.known_issue,
    }),
  }
}

/** `PART-01` also gives the tag `part`; what a matrix adds to an id is no part of its family. */
function tagsOf(fields: ScenarioFields): readonly string[] {
  const [id = ''] = fields.test_id.split('[')
  const family = /^(.*[A-Za-z][\w.-]*?)-\d+$/.exec(id)?.[1]?.toLowerCase()
  return [...new Set([...(family === undefined ? [] : [family]), ...fields.tags])]
}

function triggerOf(steps: readonly Step[]): Scenario['trigger'] {
  const isShutdown = faultSteps(steps).some(({ fault }) => fault.kind === 'orderly_shutdown')
  return isShutdown ? 'orderly_shutdown' : 'automatic'
}

function trafficOf(traffic: TrafficSpec, directory: string): TrafficSpec {
  return { ...traffic, generator: generatorOf(traffic.generator, directory) }
}

/** A generator's file is meant from the scenario file's folder. */
function generatorOf(generator: GeneratorSpec, directory: string): GeneratorSpec {
  if (generator.kind !== 'file' && generator.kind !== 'replay') return generator
  return { ...generator, path: resolve(directory, generator.path) }
}

/** So is a script's. */
function launchScriptOf(script: LaunchScriptSpec, directory: string): LaunchScriptSpec {
  return script.kind === 'file' ? { ...script, path: resolve(directory, script.path) } : script
}

function objectivesOf(fields: ScenarioFields): Objectives {
  return given({
    rto: fields.expected_recovery_time_seconds,
    lossPercent: fields.expected_data_loss_percentage,
    lossSeconds: fields.expected_data_loss_seconds,
  })
}
