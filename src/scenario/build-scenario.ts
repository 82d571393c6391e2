import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { builtinApplications, builtinFacts } from '../model/builtin-applications.ts'
import type { Objectives } from '../model/check.ts'
import type { InputProblem, SourcePosition } from '../model/errors.ts'
import type { LaunchScriptSpec, Scenario, ScenarioOptions, Step, TrafficSpec } from '../model/scenario.ts'
import type { LoadedScenario } from './loaded-scenario.ts'
import type { ScenarioFields } from './scenario-schema.ts'
import { scenarioRules } from './scenario-rules.ts'
import { locate } from './schema-problems.ts'
import type { TreeMap } from './yaml-tree.ts'

/** Makes a scenario of its validated fields, or says which of them do not go together. */
export function buildScenario(input: {
  readonly tree: TreeMap
  readonly fields: ScenarioFields
  readonly directory: string
}): { readonly loaded: LoadedScenario; readonly problems: readonly InputProblem[] } {
  const { tree, fields, directory } = input
  const positionOf = (path: readonly PropertyKey[]): SourcePosition => locate(tree, path).key
  const steps = buildSteps(fields, (index) => positionOf(['fault_scenario', index]))
  const testId = positionOf(['test_id'])
  const { dc1, dc2 } = fields.submission_params
  const scenario: Scenario = {
    testId: fields.test_id,
    description: fields.description,
    tags: tagsOf(fields),
    source: testId,
    mode: fields.mode,
    sab: sabOf(fields.streams_application_sab, directory),
    submissionParameters: { dc1, dc2 },
    crossdc: fields.crossdc,
    ...(fields.launch_script === undefined ? {} : { launchScript: launchScriptOf(fields.launch_script, directory) }),
    ...(fields.pre_failover_data === undefined ? {} : { traffic: trafficOf(fields.pre_failover_data) }),
    steps,
    trigger: fields.failover_trigger_method ?? triggerOf(steps),
    checks: fields.post_failover_validation_checks,
    objectives: objectivesOf(fields),
    opts: optsOf(fields),
  }
  const loaded: LoadedScenario = {
    scenario,
    ...(fields.skip === undefined ? {} : { skip: fields.skip }),
    only: fields.only,
    positions: {
      testId,
      steps: new Map(steps.map((step) => [step.id, step.source ?? testId])),
      checks: fields.post_failover_validation_checks.map((_, index) =>
        positionOf(['post_failover_validation_checks', index]),
      ),
      fields: new Map([...tree.entries].map(([name, entry]) => [name, entry.at])),
    },
  }
  return {
    loaded,
    problems: [
      ...scenarioRules({ fields, scenario, positionOf }),
      ...missingSab(scenario, locate(tree, ['streams_application_sab']).node.at),
      ...missingScript(scenario, locate(tree, ['launch_script', 'path']).node.at),
    ],
  }
}

/** `PART-01` also gives the tag `part`. */
function tagsOf(fields: ScenarioFields): readonly string[] {
  const family = /^(.*[A-Za-z][\w.-]*?)-\d+$/.exec(fields.test_id)?.[1]?.toLowerCase()
  return [...new Set([...(family === undefined ? [] : [family]), ...fields.tags])]
}

/** A step without an id is called by its fault's kind, with a number from the second one on. */
function buildSteps(fields: ScenarioFields, positionOf: (index: number) => SourcePosition): readonly Step[] {
  const taken = new Set(fields.fault_scenario.map((step) => step.id))
  return fields.fault_scenario.map((step, index) => {
    let id = step.id ?? step.fault.kind
    for (let n = 2; step.id === undefined && taken.has(id); n += 1) id = `${step.fault.kind}-${n}`
    taken.add(id)
    return {
      id,
      source: positionOf(index),
      fault: step.fault,
      ...(step.at === undefined ? {} : { at: step.at }),
      ...(step.forSeconds === undefined ? {} : { forSeconds: step.forSeconds }),
      heal: step.heal,
    }
  })
}

function triggerOf(steps: readonly Step[]): Scenario['trigger'] {
  return steps.some((step) => step.fault.kind === 'orderly_shutdown') ? 'orderly_shutdown' : 'automatic'
}

function trafficOf(raw: NonNullable<ScenarioFields['pre_failover_data']>): TrafficSpec {
  return {
    generator: raw.generator,
    rate: raw.rate,
    keys: raw.keys,
    sizeBytes: raw.size,
    into: raw.into,
    ...(raw.count === undefined ? {} : { count: raw.count }),
    ...(raw.for === undefined ? {} : { forSeconds: raw.for }),
    until: raw.until ?? 'end',
  }
}

function objectivesOf(fields: ScenarioFields): Objectives {
  const {
    expected_recovery_time_seconds: rto,
    expected_data_loss_percentage: lossPercent,
    expected_data_loss_seconds: lossSeconds,
  } = fields
  return {
    ...(rto === undefined ? {} : { rto }),
    ...(lossPercent === undefined ? {} : { lossPercent }),
    ...(lossSeconds === undefined ? {} : { lossSeconds }),
  }
}

function optsOf(fields: ScenarioFields): ScenarioOptions {
  const {
    time_scale: timeScale,
    run_for: runForSeconds,
    start_offset: startOffset,
    link_delay: linkDelay,
    toolkit,
    pes,
  } = fields.opts
  return {
    ...(timeScale === undefined ? {} : { timeScale }),
    ...(runForSeconds === undefined ? {} : { runForSeconds }),
    startOffsetSeconds: startOffset?.dc2 ?? 0,
    linkDelaySeconds: linkDelay ?? 0,
    ...(fields.timeout === undefined ? {} : { timeoutSeconds: fields.timeout }),
    ...(toolkit === undefined ? {} : { toolkit }),
    ...(pes === undefined ? {} : { pes }),
  }
}

/** A SAB's path is meant from the scenario file's folder. */
function sabOf(sab: string, directory: string): string {
  return sab.startsWith('builtin:') ? sab : resolve(directory, sab)
}

/** So is a script's. */
function launchScriptOf(script: LaunchScriptSpec, directory: string): LaunchScriptSpec {
  return script.kind === 'file' ? { ...script, path: resolve(directory, script.path) } : script
}

const passiveSab = 'builtin:passive-sample'

function missingSab({ sab }: Scenario, position: SourcePosition): readonly InputProblem[] {
  if (sab === passiveSab) {
    const message = `Expected \`streams_application_sab\` to be the application itself, got \`${sab}\`, which only watches.`
    return [{ message, position, advice: 'Write `mode: active-passive`: it runs in dc2 then.' }]
  }
  if (builtinFacts(sab) !== undefined) return []
  if (!sab.startsWith('builtin:')) {
    if (existsSync(sab)) return []
    const message = `Expected \`streams_application_sab\` to be the path of a SAB, got ${sab}, which is not there.`
    return [{ message, position, advice: 'The path is meant from the scenario file; builtin:ledger needs no file.' }]
  }
  const message = `Expected \`streams_application_sab\` to be a built-in application, got \`${sab}\`.`
  const known = Object.keys(builtinApplications).map((name) => `builtin:${name}`)
  return [{ message, position, advice: `Known here: ${known.filter((name) => name !== passiveSab).join(', ')}.` }]
}

function missingScript({ launchScript }: Scenario, position: SourcePosition): readonly InputProblem[] {
  if (launchScript?.kind !== 'file' || existsSync(launchScript.path)) return []
  const message = `Expected \`launch_script.path\` to be the path of a shell script, got ${launchScript.path}, which is not there.`
  return [{ message, position, advice: 'The path is meant from the scenario file.' }]
}
