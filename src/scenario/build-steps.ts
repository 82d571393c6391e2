import type { SourcePosition } from '../model/errors.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { datacenterNames } from '../model/datacenter.ts'
import type { DatacenterRef, FaultSpec } from '../model/fault.ts'
import type { GroupStep, Step, StepBeginning } from '../model/step.ts'
import type { ParsedFault } from './fault-schema.ts'
import type { Path } from './schema-problems.ts'
import type { ParsedKind, ParsedStep } from './step-schema.ts'
import type { Place } from './target-schema.ts'

// Steps of the file as steps of the model: each gets an id, and one whose target is `all` or `one` becomes a group.

/** The steps, and where each stands in the scenario. */
export interface BuiltSteps {
  readonly steps: readonly Step[]
  /** By id, the first where an id was given twice. */
  readonly paths: ReadonlyMap<string, Path>
  /** Ids that were given to a second step, and where that stands. */
  readonly repeated: readonly { readonly id: string; readonly path: Path }[]
}

/** Makes the model's steps of those of a file. */
export function buildSteps(
  parsed: readonly ParsedStep[],
  context: {
    readonly positionOf: (path: Path) => SourcePosition
    /** PEs of a job, for `pe[one]`. */
    readonly pes: number
    /** The path of a SAB as it is meant. */
    readonly sabOf: (sab: string) => string
  },
): BuiltSteps {
  return new StepBuilder(parsed, context).build(parsed)
}

type Context = Parameters<typeof buildSteps>[1]
type FaultUse = Extract<ParsedKind, { readonly does: 'fault' }>

class StepBuilder {
  readonly #context: Context
  readonly #taken: Set<string>
  /** By word: the number that is tried next. */
  readonly #next = new Map<string, number>()
  readonly #paths = new Map<string, Path>()
  readonly #repeated: { readonly id: string; readonly path: Path }[] = []

  constructor(parsed: readonly ParsedStep[], context: Context) {
    this.#context = context
    this.#taken = new Set(givenIds(parsed))
  }

  build(parsed: readonly ParsedStep[]): BuiltSteps {
    const steps = this.#steps(parsed, ['fault_scenario'])
    return { steps, paths: this.#paths, repeated: this.#repeated }
  }

  #steps(parsed: readonly ParsedStep[], path: Path): readonly Step[] {
    return parsed.map((step, index) => this.#step(step, [...path, index]))
  }

  #step(step: ParsedStep, path: Path): Step {
    const { does } = step
    const id = step.id ?? this.#free(wordOf(does))
    this.#place(id, path)
    const beginning: StepBeginning = {
      id,
      source: this.#context.positionOf(path),
      ...(step.at === undefined ? {} : { at: step.at }),
      ...(step.when === undefined ? {} : { when: step.when }),
    }
    if (does.does === 'action') return { ...beginning, action: does.action }
    if (does.does === 'fault') return this.#fault({ beginning, use: does, path })
    const { group, budget } = does
    const steps = this.#steps(does.steps, [...path, ...does.path])
    return { ...beginning, group, steps, ...(budget === undefined ? {} : { budget }) }
  }

  #fault(asked: { readonly beginning: StepBeginning; readonly use: FaultUse; readonly path: Path }): Step {
    const { beginning, use, path } = asked
    const { fault, forSeconds, until, heal } = use
    const during = use.during === undefined ? undefined : this.#steps(use.during, [...path, 'during'])
    const held = {
      heal,
      ...(forSeconds === undefined ? {} : { forSeconds }),
      ...(until === undefined ? {} : { until }),
      ...(during === undefined ? {} : { during }),
    }
    const places = placesOf(fault, this.#context.pes)
    const make = (one: StepBeginning, place: Place): Step => ({ ...one, fault: this.#spec(fault, place), ...held })
    const [only] = places
    if (places.length === 1 && only !== undefined) return make(beginning, only.place)
    const steps = places.map(({ name, place }) => {
      const id = this.#free(`${beginning.id}-${name}`)
      this.#place(id, path)
      return make({ id, ...(beginning.source === undefined ? {} : { source: beginning.source }) }, place)
    })
    return { ...beginning, ...groupOf(fault, steps) }
  }

  #spec(fault: ParsedFault, place: Place): FaultSpec<DatacenterRef> {
    const spec = fault.of(place)
    return spec.kind === 'restart' && spec.sab !== undefined ? { ...spec, sab: this.#context.sabOf(spec.sab) } : spec
  }

  #place(id: string, path: Path): void {
    if (this.#paths.has(id)) this.#repeated.push({ id, path })
    else this.#paths.set(id, path)
  }

  /** The word, or the word with the first number from 2 on that nobody has. */
  #free(word: string): string {
    let number = this.#next.get(word) ?? 1
    let id = number === 1 ? word : `${word}-${number}`
    while (this.#taken.has(id)) {
      number += 1
      id = `${word}-${number}`
    }
    this.#next.set(word, number + 1)
    this.#taken.add(id)
    return id
  }
}

function givenIds(steps: readonly ParsedStep[]): readonly string[] {
  return steps.flatMap(({ id, does }) => [
    ...(id === undefined ? [] : [id]),
    ...givenIds(does.does === 'group' ? does.steps : does.does === 'fault' ? (does.during ?? []) : []),
  ])
}

/** What a step without an id is called by. */
function wordOf(does: ParsedKind): string {
  if (does.does === 'group') return does.group
  const spec = does.does === 'action' ? does.action : does.fault.of({ dc: anyDatacenter })
  return spec.kind === 'custom' ? spec.name : spec.kind
}

interface NamedPlace {
  readonly name: string
  readonly place: Place
}

/** Everywhere that the fault's target may mean; one where it means one. */
function placesOf({ choice, isOnePe }: ParsedFault, pes: number): readonly NamedPlace[] {
  const dcs: readonly DatacenterRef[] =
    choice === 'all' || choice === 'one' ? datacenterNames : [choice ?? anyDatacenter]
  return dcs.flatMap((dc): readonly NamedPlace[] => {
    if (!isOnePe) return [{ name: dc, place: { dc } }]
    return Array.from({ length: pes }, (_, pe) => ({
      name: dcs.length === 1 ? `pe${pe}` : `${dc}-pe${pe}`,
      place: { dc, pe },
    }))
  })
}

/** For a fault without a target, which does not look at it. */
const anyDatacenter: DatacenterName = 'dc1'

/** `all`: at once; `one`: drawn. */
function groupOf(
  { choice, isOnePe }: ParsedFault,
  steps: readonly Step[],
): Pick<GroupStep, 'group' | 'steps' | 'budget'> {
  const isDrawn = choice === 'one' || isOnePe
  return isDrawn ? { group: 'random', steps, budget: oneOfThem } : { group: 'parallel', steps }
}

const oneOfThem = { count: 1, gapSeconds: { min: 0, max: 0 } } as const
