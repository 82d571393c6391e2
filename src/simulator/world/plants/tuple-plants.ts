// Plants in what an application is given: one tuple of many is lost, doubled, out of its turn or damaged, after its acceptance.

import type { Application, ApplicationEffect } from '../../../applications/application.ts'
import type { LedgerIngestItem } from '../../../model/ledger.ts'
import type { TupleRun } from '../../../model/load-carrier.ts'
import { runChecksums } from '../../../support/run-checksum.ts'
import { unreachable } from '../../../support/unreachable.ts'
import type { Plant, TuplePlantKind } from '../plant.ts'
import type { Planted } from './composite-plants.ts'

type TuplePlanted = Planted & { readonly plant: Plant & { readonly kind: TuplePlantKind; readonly nth: number } }

/** What is different about an application that is given one tuple wrongly, alone or in a run. */
export function plantInTuples(inner: Application, planted: TuplePlanted): Partial<Application> {
  const single = new SpoiltInput(planted, ofTuples)
  const runs = new SpoiltInput(planted, ofRuns)
  return {
    ingest: (items) => single.give(items, (given) => inner.ingest(given)),
    ...(inner.ingestRuns === undefined
      ? {}
      : { ingestRuns: (items) => runs.give(items, (given) => inner.ingestRuns?.(given) ?? []) }),
  }
}

/** A tuple or a run of them, and how one tuple is taken out of it. */
interface Shape<T> {
  readonly count: (item: T) => number
  /** What stands before the tuple at a place, that tuple, and what stands behind it. */
  readonly cut: (item: T, place: number) => readonly [readonly T[], T, readonly T[]]
}

interface Spoilable {
  readonly key: string
  readonly checksum: number
}

class SpoiltInput<T extends Spoilable> {
  readonly #planted: TuplePlanted
  readonly #shape: Shape<T>
  /** A tuple that waits for the next one of its key, to come after it. */
  #waiting: T | null = null

  constructor(planted: TuplePlanted, shape: Shape<T>) {
    this.#planted = planted
    this.#shape = shape
  }

  give(items: readonly T[], give: (items: readonly T[]) => readonly ApplicationEffect[]): readonly ApplicationEffect[] {
    const { plant, site, memory } = this.#planted
    if (memory.ingested[site.dc] >= plant.nth && this.#waiting === null) return give(items)
    return give(items.flatMap((item) => this.#spoil(item)))
  }

  #spoil(item: T): readonly T[] {
    const { plant, site, memory } = this.#planted
    const { count, cut } = this.#shape
    const place = plant.nth - 1 - memory.ingested[site.dc]
    memory.ingested[site.dc] += count(item)
    if (place < 0 || place >= count(item)) return this.#follow(item)
    const [before, struck, behind] = cut(item, place)
    return [...before, ...this.#strike(struck), ...behind.flatMap((rest) => this.#follow(rest))]
  }

  #strike(item: T): readonly T[] {
    const { plant, tell } = this.#planted
    const { kind } = plant
    if (kind === 'tuples_swapped') {
      this.#waiting = item
      return []
    }
    tell()
    switch (kind) {
      case 'tuple_lost':
        return []
      case 'tuple_duplicated':
        return [item, item]
      case 'tuple_corrupted':
        return [{ ...item, checksum: (item.checksum ^ 1) >>> 0 }]
      default:
        return unreachable(kind)
    }
  }

  /** Behind the first tuple of its key comes the one that waits. */
  #follow(item: T): readonly T[] {
    const waiting = this.#waiting
    if (waiting === null || waiting.key !== item.key) return [item]
    this.#waiting = null
    this.#planted.tell()
    const [before, first, behind] = this.#shape.cut(item, 0)
    return [...before, first, waiting, ...behind]
  }
}

const ofTuples: Shape<LedgerIngestItem> = { count: () => 1, cut: (item) => [[], item, []] }

const ofRuns: Shape<TupleRun> = {
  count: ({ from, to }) => to - from + 1,
  cut: (run, place) => {
    const { from, to } = run
    const seq = from + place
    return [partOf(run, from, seq - 1), { ...run, ...sumOf(run.key, seq, seq) }, partOf(run, seq + 1, to)]
  },
}

function partOf(run: TupleRun, from: number, to: number): readonly TupleRun[] {
  return from > to ? [] : [{ ...run, ...sumOf(run.key, from, to) }]
}

function sumOf(key: string, from: number, to: number): Pick<TupleRun, 'from' | 'to' | 'checksum'> {
  return { from, to, checksum: runChecksums(key).sum(from, to) }
}
