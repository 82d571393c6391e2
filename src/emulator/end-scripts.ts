// Ends what launch scripts left running (toolkit reference §4.7). A script may end its PE, start others and go its own ways, so
// no list of process ids stays true. What does stay is its environment: every descendant inherits the mark of the pair that it
// was launched in, unless it clears its environment and leaves the script's session as well.
//
// The marks are read from /proc, so elsewhere than on Linux scripts are ended by their PE only.

import { readFileSync, readdirSync } from 'node:fs'
import { isErrno } from './errno.ts'

/** Carried by every launch script and what it starts: the run directory of the pair that it belongs to. */
export const scriptMark = 'FAILOVER_SCRIPT_OF'

/** A process that forks as fast as it is killed is given up after so many looks. */
const roundsMax = 200

/**
 * Kills every process that a launch script of this pair is or started, and looks again until there is none.
 * @returns the ids of those killed
 */
export function endScripts(directory: string): readonly number[] {
  const killed = new Set<number>()
  for (let round = 0; round < roundsMax; round += 1) {
    const pids = markedProcesses(directory)
    if (pids.length === 0) break
    for (const pid of pids) {
      kill(pid)
      killed.add(pid)
    }
  }
  return [...killed]
}

/** Kills a script by the id of its shell, with what is in its process group; the caller knows that the shell is its own child. */
export function endSession(pid: number): void {
  kill(-pid)
}

/** The processes that carry the pair's mark. One that was killed and not yet reaped has no environment any more. */
export function markedProcesses(directory: string): readonly number[] {
  return processesMarked(scriptMark, directory)
}

/** The processes, but for this one, in whose environment this variable has this value. */
export function processesMarked(variable: string, value: string): readonly number[] {
  const mark = Buffer.from(`${variable}=${value}\0`)
  return processIds().filter((pid) => pid !== process.pid && carries(pid, mark))
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

function carries(pid: number, mark: Buffer): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`)
    const at = environment.indexOf(mark)
    return at === 0 || (at > 0 && environment[at - 1] === 0)
  } catch (error) {
    // Gone meanwhile, or another user's and so none of ours.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].some((code) => isErrno(error, code))) return false
    throw error
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error
  }
}
