import { z } from 'zod'
import {
  quirkIds,
  toolkitProfiles,
  type QuirkId,
  type Quirks,
  type ToolkitProfile,
} from '../../model/toolkit-behaviour.ts'

/** The five probes, numbered as in toolkit reference §9. */
export type ProbeId = 'i' | 'ii' | 'iii' | 'iv' | 'v'

/** What one probe found out about one quirk. */
export interface ProbeEvidence {
  readonly probe: ProbeId
  readonly quirk: QuirkId
  /** Null: could not be told. */
  readonly has: boolean | null
  /** What decided: the job's metrics over REST, or what came over the wire; `none` where nothing could. */
  readonly basis: 'rest' | 'wire' | 'none'
  /** False when what the probe needs to see never came: the run is then inconclusive. */
  readonly sawEnough: boolean
  /** What was seen, as a sentence. */
  readonly text: string
}

/** Which quirks a job has, as far as could be observed. */
export interface ConformanceProfile {
  readonly schemaVersion: 1
  /** Null: not observed. */
  readonly quirks: Readonly<Record<QuirkId, boolean | null>>
  readonly evidence: readonly ProbeEvidence[]
  /** Null: no quirk was observed. */
  readonly toolkit: ToolkitProfile | 'other' | null
}

const knownQuirk = z.boolean().nullable()
const profileSchema = z.object({
  schemaVersion: z.literal(1),
  quirks: z.strictObject({
    Q1: knownQuirk,
    Q2: knownQuirk,
    Q3: knownQuirk,
    Q4: knownQuirk,
    Q5: knownQuirk,
    Q6: knownQuirk,
    Q7: knownQuirk,
    Q8: knownQuirk,
    Q9: knownQuirk,
  }),
})

/** The profile that evidence adds up to. */
export function profileOf(evidence: readonly ProbeEvidence[]): ConformanceProfile {
  const found = (quirk: QuirkId): boolean | null => evidence.find((entry) => entry.quirk === quirk)?.has ?? null
  const quirks = {
    Q1: found('Q1'),
    Q2: found('Q2'),
    Q3: found('Q3'),
    Q4: found('Q4'),
    Q5: found('Q5'),
    Q6: found('Q6'),
    Q7: found('Q7'),
    Q8: found('Q8'),
    Q9: found('Q9'),
  }
  return { schemaVersion: 1, quirks, evidence, toolkit: toolkitOf(quirks) }
}

/** Whether every probe saw what it needs; quirks that cannot be told from outside do not count against it. */
export function isConclusive(profile: ConformanceProfile): boolean {
  return profile.evidence.every(({ sawEnough }) => sawEnough)
}

/**
 * The quirks that a written profile stands for, to emulate the job that it was made from: those not observed are as in the
 * published code. Null when the text is no profile.
 */
export function readProfile(text: string): Quirks | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = profileSchema.safeParse(value)
  if (!parsed.success) return null
  const quirks: Record<QuirkId, boolean> = { ...toolkitProfiles['ibm-1.0.1'] }
  for (const id of quirkIds) quirks[id] = parsed.data.quirks[id] ?? quirks[id]
  return quirks
}

/** The profile as people read it: a line a quirk, what was seen, and the toolkit that it looks like. */
export function formatProfile(profile: ConformanceProfile): string {
  const lines = quirkIds.map((id) => {
    const seen = profile.evidence.find(({ quirk }) => quirk === id)
    const answer = { true: 'yes', false: 'no', null: '?' }[String(profile.quirks[id])] ?? '?'
    const why = seen === undefined ? 'Not observable from outside.' : `${seen.text} (${seen.basis})`
    return `  ${id}  ${answer.padEnd(4)} ${why}`
  })
  const toolkit = profile.toolkit ?? 'unknown: no quirk was observed'
  return `Quirks of the job's toolkit:\n${lines.join('\n')}\nToolkit: ${toolkit}\n`
}

function toolkitOf(quirks: ConformanceProfile['quirks']): ConformanceProfile['toolkit'] {
  const observed = quirkIds.map((id) => quirks[id]).filter((has) => has !== null)
  if (observed.length === 0) return null
  if (observed.every(Boolean)) return 'ibm-1.0.1'
  return observed.some(Boolean) ? 'other' : 'documented'
}
