import { z } from 'zod'
import type { DatacenterRef, HostTarget, JobTarget, OperatorFaultTarget, ProcessTarget } from '../model/fault.ts'
import { adviceFor } from '../support/suggest.ts'
import { datacenterRefOf, datacenterRefWords } from './datacenter-schema.ts'
import { accepts } from './editor-schema.ts'
import { expectedHere, oneOf, refuse } from './schema-fields.ts'

// `target: dc1.pe[0]`: a datacenter, and a part of it. What parts a fault can act on depends on its kind.

/** Which DC a target means: one by name or role, each of both, or one of both that the run's seed draws. */
export type DatacenterChoice = DatacenterRef | 'all' | 'one'

/** A part of a DC as a target names it. */
export type TargetPart =
  | { readonly kind: 'datacenter' | 'job' | 'management' | 'pe_all' | 'pe_one' | 'host_all' }
  | { readonly kind: 'pe'; readonly index: number }
  | { readonly kind: 'host'; readonly index: number }
  | { readonly kind: 'operator'; readonly name: string }

/** A target after reading. */
export interface ParsedTarget {
  readonly choice: DatacenterChoice
  readonly part: TargetPart
}

/** Kinds of targets, each with the parts of a DC that it can be; `''` is the DC's name alone. */
const families = {
  process: ['.job', '.pe[0]', '.pe[all]', '.pe[one]', '.management'],
  job: ['', '.job'],
  datacenter: [''],
  host: ['', '.host[0]', '.host[all]'],
  operator: ['.operator[NAME]'],
} as const satisfies Record<string, readonly string[]>

/** What a fault can act on. */
export type TargetFamily = keyof typeof families

const choices: readonly string[] = [...datacenterRefWords, 'all', 'one']
// An operator that is made several times over has its number in its name, such as CrossDataCenterSender2[0].
const form = /^([a-z]\w{0,30})(?:\.(\w{1,30})(?:\[([^[\]]{1,200}(?:\[\d{1,3}\])?)\])?)?$/i
const indexMax = 999

/** A target of the family. */
export function targetOf(family: TargetFamily): z.ZodType<ParsedTarget> {
  const parts = families[family]
  const examples = parts.map((part) => `dc1${part}`)
  const expected = `a target such as ${oneOf(examples)}, with ${oneOf(choices)} in the place of dc1`
  const schema = z.unknown().transform((input, ctx): ParsedTarget => {
    const [, word, name, inner] = (typeof input === 'string' ? form.exec(input) : null) ?? []
    if (typeof input !== 'string' || word === undefined) return expectedHere(ctx, expected)
    const choice = word === 'all' || word === 'one' ? word : datacenterRefOf(word)
    if (choice === undefined) return unknownDatacenter(ctx, { input, word, expected })
    const part = partOf(name, inner)
    if (choice === 'all' && part?.kind === 'pe_one') {
      const message = `One PE of each DC is two draws, and "${input}" is one target.`
      return refuse(ctx, { kind: 'said', message, advice: 'Write a step for each DC.' })
    }
    if (part !== undefined && isOf(family, part)) return { choice, part }
    return refuse(ctx, { kind: 'said', ...unfitting({ input, word, name, part, parts }) })
  })
  return accepts(schema, { type: 'string', pattern: patternOf(family), examples })
}

function unknownDatacenter(
  ctx: z.core.$RefinementCtx,
  target: { readonly input: string; readonly word: string; readonly expected: string },
): never {
  const { input, word, expected } = target
  const advice = adviceFor(word, choices)
  if (!advice.startsWith('Did')) return expectedHere(ctx, expected)
  return refuse(ctx, {
    kind: 'said',
    message: `There is no datacenter \`${word}\` for the target \`${input}\`.`,
    advice,
  })
}

function unfitting(target: {
  readonly input: string
  readonly word: string
  readonly name: string | undefined
  readonly part: TargetPart | undefined
  readonly parts: readonly string[]
}): { readonly message: string; readonly advice: string } {
  const { input, word, name, part, parts } = target
  const fitting = oneOf(parts.map((one) => `${word}${one}`))
  if (name === undefined) {
    return {
      message: `Expected a target inside ${word}, got "${input}".`,
      advice: `Did you mean "${word}${parts[0]}"?`,
    }
  }
  const message =
    part === undefined
      ? `There is no target "${input}".`
      : `This fault cannot act on ${nouns[part.kind]}, as the target "${input}" says.`
  return { message, advice: `Write ${fitting}.` }
}

const nouns: Readonly<Record<TargetPart['kind'], string>> = {
  datacenter: 'a whole datacenter',
  job: 'a job',
  management: 'the management process',
  pe: 'a PE',
  pe_all: 'PEs',
  pe_one: 'a PE',
  host: 'a host',
  host_all: 'hosts',
  operator: 'an operator',
}

function partOf(name: string | undefined, inner: string | undefined): TargetPart | undefined {
  if (name === undefined) return { kind: 'datacenter' }
  const index = inner !== undefined && /^\d{1,3}$/.test(inner) ? Number(inner) : undefined
  if (inner === undefined) return name === 'job' || name === 'management' ? { kind: name } : undefined
  if (name === 'operator') return /\S/.test(inner) ? { kind: 'operator', name: inner } : undefined
  if ((name === 'pe' || name === 'host') && index !== undefined && index <= indexMax) return { kind: name, index }
  if ((name === 'pe' || name === 'host') && inner === 'all') return { kind: `${name}_all` }
  return name === 'pe' && inner === 'one' ? { kind: 'pe_one' } : undefined
}

function isOf(family: TargetFamily, { kind }: TargetPart): boolean {
  const kinds: Readonly<Record<TargetFamily, readonly TargetPart['kind'][]>> = {
    process: ['job', 'pe', 'pe_all', 'pe_one', 'management'],
    job: ['datacenter', 'job'],
    datacenter: ['datacenter'],
    host: ['datacenter', 'host', 'host_all'],
    operator: ['operator'],
  }
  return kinds[family].includes(kind)
}

function patternOf(family: TargetFamily): string {
  const parts: Readonly<Record<TargetFamily, string>> = {
    process: '\\.(job|management|pe\\[(\\d{1,3}|all|one)\\])',
    job: '(\\.job)?',
    datacenter: '',
    host: '(\\.host\\[(\\d{1,3}|all)\\])?',
    operator: '\\.operator\\[[^\\[\\]]{1,200}(\\[\\d{1,3}\\])?\\]',
  }
  return `^(${choices.join('|')})${parts[family]}$`
}

/** Where a target lies, once its DC, and the PE of `pe[one]`, are known. */
export interface Place {
  readonly dc: DatacenterRef
  readonly pe?: number
}

/** Processes of a DC. */
export function processTarget({ part }: ParsedTarget, { dc, pe }: Place): ProcessTarget<DatacenterRef> {
  if (part.kind === 'management') return { dc, management: true }
  if (part.kind === 'pe') return { dc, pes: [part.index] }
  return pe === undefined ? { dc } : { dc, pes: [pe] }
}

/** A DC's job, or the DC. */
export function jobTarget(_target: ParsedTarget, { dc }: Place): JobTarget<DatacenterRef> {
  return { dc }
}

/** Hosts of a DC. */
export function hostTarget({ part }: ParsedTarget, { dc }: Place): HostTarget<DatacenterRef> {
  return part.kind === 'host' ? { dc, host: part.index } : { dc }
}

/** An operator of a DC's job. */
export function operatorTarget({ part }: ParsedTarget, { dc }: Place): OperatorFaultTarget<DatacenterRef> {
  return { dc, operator: part.kind === 'operator' ? part.name : '' }
}
