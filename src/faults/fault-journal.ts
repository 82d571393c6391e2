import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FaultSpec } from '../model/fault.ts'

export type FaultState = 'registered' | 'effective' | 'healed' | 'failed' | 'called_off'

/** What is on disk before a fault acts, so that what a killed run left behind can be found. */
export interface FaultJournal {
  write(entry: { id: string; state: FaultState; spec: FaultSpec }): void
}

/** A journal for tests and for runs that keep no results. */
export const noopFaultJournal: FaultJournal = { write: () => undefined }

/** Appends one JSON line an entry, and waits until it is on disk: an entry that a crash could lose is worth nothing. */
export function createFileFaultJournal(path: string): FaultJournal {
  return {
    write({ id, state, spec }) {
      mkdirSync(dirname(path), { recursive: true })
      const file = openSync(path, 'a')
      try {
        writeSync(file, `${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, id, state, spec })}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    },
  }
}
