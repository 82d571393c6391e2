import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { builtinApplications, builtinFacts } from '../model/builtin-applications.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { InputProblem } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { faultSteps } from '../model/step.ts'
import type { ScenarioFields } from './scenario-schema.ts'
import type { Located, Path } from './schema-problems.ts'

// Files and built-in applications that a scenario names and that are not there.

/** What a scenario names, and where. */
export interface NamedFiles {
  readonly scenario: Scenario
  readonly fields: ScenarioFields
  readonly directory: string
  /** Whether a list of traffic was written, or one kind of it. */
  readonly isMix: boolean
  readonly placeOf: (path: Path) => Located
}

const meantFromHere = 'The path is meant from the scenario file.'

/** Everything that a scenario names and that is not there. */
export function missingFiles(input: NamedFiles): readonly InputProblem[] {
  return [...missingApplications(input), ...missingScript(input), ...missingSpec(input), ...missingData(input)]
}

const passiveSab = 'builtin:passive-sample'

function missingApplications({ scenario, fields, placeOf }: NamedFiles): readonly InputProblem[] {
  const field = 'streams_application_sab'
  const written = placeOf([field]).node
  const named = datacenterNames
    // One text names both.
    .filter((dc) => dc === 'dc1' || written.kind === 'map')
    .map((dc) => ({
      sab: scenario.sab[dc],
      subject: written.kind === 'map' ? `${field}.${dc}` : field,
      path: written.kind === 'map' ? [field, dc] : [field],
    }))
  const restarted = faultSteps(scenario.steps).flatMap(({ id, fault, source }) =>
    fault.kind === 'restart' && fault.sab !== undefined
      ? [{ sab: fault.sab, subject: `restart.${field}\` of the step \`${id}`, source }]
      : [],
  )
  const standIn = fields.emulate_as
  return [
    ...named.flatMap(({ sab, subject, path }) => sabProblem(sab, subject, placeOf(path).node.at)),
    ...restarted.flatMap(({ sab, subject, source }) => sabProblem(sab, subject, source)),
    ...(standIn === undefined ? [] : sabProblem(standIn, 'emulate_as', placeOf(['emulate_as']).node.at)),
  ]
}

function sabProblem(sab: string, subject: string, position: InputProblem['position']): readonly InputProblem[] {
  const at = position === undefined ? {} : { position }
  if (sab === passiveSab) {
    const message = `Expected \`${subject}\` to be the application itself, got \`${sab}\`, which only watches.`
    return [{ message, ...at, advice: 'Write `mode: active-passive`: it runs in dc2 then.' }]
  }
  if (builtinFacts(sab) !== undefined) return []
  if (!sab.startsWith('builtin:')) {
    if (existsSync(sab)) return []
    const message = `Expected \`${subject}\` to be the path of a SAB, got ${sab}, which is not there.`
    return [{ message, ...at, advice: `${meantFromHere.slice(0, -1)}; builtin:ledger needs no file.` }]
  }
  const known = Object.keys(builtinApplications)
    .map((name) => `builtin:${name}`)
    .filter((name) => name !== passiveSab)
  const message = `Expected \`${subject}\` to be a built-in application, got \`${sab}\`.`
  return [{ message, ...at, advice: `Known here: ${known.join(', ')}.` }]
}

function missingScript({ scenario: { launchScript }, placeOf }: NamedFiles): readonly InputProblem[] {
  if (launchScript?.kind !== 'file' || existsSync(launchScript.path)) return []
  const message = `Expected \`launch_script.path\` to be the path of a shell script, got ${launchScript.path}, which is not there.`
  return [{ message, position: placeOf(['launch_script', 'path']).node.at, advice: meantFromHere }]
}

function missingSpec({ fields: { spec }, directory, placeOf }: NamedFiles): readonly InputProblem[] {
  if (spec === undefined) return []
  const path = resolve(directory, spec)
  if (existsSync(path)) return []
  const message = `Expected \`spec\` to be the path of a spec file, got ${path}, which is not there.`
  return [{ message, position: placeOf(['spec']).node.at, advice: meantFromHere }]
}

function missingData({ scenario, isMix, placeOf }: NamedFiles): readonly InputProblem[] {
  return scenario.traffic.flatMap(({ generator }, index) => {
    if ((generator.kind !== 'file' && generator.kind !== 'replay') || existsSync(generator.path)) return []
    const path = ['pre_failover_data', ...(isMix ? [index] : []), 'generator', generator.kind, 'path']
    const message = `Expected \`path\` to be that of a file of records, got ${generator.path}, which is not there.`
    return [{ message, position: placeOf(path).node.at, advice: meantFromHere }]
  })
}
