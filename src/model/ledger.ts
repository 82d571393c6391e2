import type { DatacenterName } from './datacenter.ts'
import type { OutputRun, StateReport, Tuple } from './tuple.ts'

/**
 * The face of the ledger application (`builtin:ledger`, decisions 5) on Data Exchange: the names of its endpoint operators and
 * the items that pass through them. The emulator's built-in and an SPL version on a real instance have the same face.
 */
export const ledgerOperators = {
  /** Inject port: `Tuple` items. */
  ingest: 'LedgerIngest',
  /** Inject port: `LedgerCommand` items. */
  control: 'LedgerControl',
  /** Inspect port: `LedgerOutputItem` items. */
  output: 'LedgerOutput',
  /** Inspect port: `LedgerStateItem` items. */
  state: 'LedgerState',
} as const

export type LedgerIngestItem = Tuple

/**
 * `query`: every channel reports its state. `special`: `argument` goes to the toolkit's SpecialMessage port, which ignores words that
 * it does not know.
 */
export type LedgerCommand =
  | { readonly command: 'query'; readonly queryId: string; readonly argument: '' }
  | { readonly command: 'special'; readonly queryId: ''; readonly argument: string }

export type LedgerOutputItem = OutputRun

/** One key of one origin in one channel's answer. A channel that holds nothing answers with one item whose key is "". */
export interface LedgerStateItem extends StateReport {
  readonly channel: number
  /** How many channels the application has. */
  readonly channels: number
  /** The query that this answers; "" for a report after a replay. */
  readonly queryId: string
  /** Place of this item in the channel's answer, from 0. */
  readonly index: number
  /** Items of the channel's answer. */
  readonly count: number
  /** For a report after a replay: the origin whose snapshot was replayed. Otherwise the item's origin. */
  readonly replayOf: DatacenterName
}

/** Submission-time values of the ledger application. */
export const ledgerParameters = {
  /** Path of the toolkit's configuration file, on the DC. */
  configFileName: 'configFileName',
  /** Parallel width: parts of the state, each with snapshots of its own. Default 1. */
  channels: 'channels',
  numberOfHttpSenderReceiverPairs: 'numberOfHttpSenderReceiverPairs',
} as const

/** Submission-time values of `builtin:passive-sample`, which watches in the ledger's place (toolkit reference §8). */
export const passiveSampleParameters = {
  configFileName: ledgerParameters.configFileName,
  /** The command line that it runs at every DOWN. */
  shellScriptName: 'shellScriptName',
  /** Parts of the active application's state; the emulator's own. Default 1. */
  channels: ledgerParameters.channels,
  numberOfHttpSenderReceiverPairs: ledgerParameters.numberOfHttpSenderReceiverPairs,
} as const
