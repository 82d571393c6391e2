import { askedJobs, jobOptions, separated, type Command, type CommandWork } from './command.ts'
import { text } from './rest-connection.ts'
import { StreamtoolError } from './streamtool-error.ts'

/** `streamtool canceljob`. */
export const cancelJob: Command = {
  operands: '[ID[,ID]]...',
  help: 'Cancels jobs; returns when their PEs have ended.',
  options: {
    ...jobOptions,
    force: { names: ['--force'], help: 'no effect: the emulator always ends the PEs at once' },
  },
  run: cancel,
}

async function cancel(work: CommandWork): Promise<number> {
  const { line, connection, instance, out, error } = work
  const named = line.has('jobNames') ? await namedJobs(work) : []
  const ids = [...separated([...line.operands, ...line.all('jobs')]), ...named]
  if (ids.length === 0) {
    throw new StreamtoolError('Expected the id of a job behind canceljob, or one of -j and --jobnames, got none.')
  }
  let status = 0
  for (const id of new Set(ids)) {
    const isKnown = /^\d+$/.test(id) && (await connection.delete(`${text(instance, 'jobs')}/${id}`))
    if (isKnown) {
      out(`Cancelled job ${id} of instance ${text(instance, 'id')}.`)
    } else {
      error(`streamtool: The instance ${text(instance, 'id')} has no job ${id}.`)
      status = 1
    }
  }
  return status
}

async function namedJobs(work: CommandWork): Promise<readonly string[]> {
  const names = separated(work.line.all('jobNames'))
  const line = { ...work.line, has: (option: string) => option === 'jobNames' }
  const jobs = await askedJobs({ ...work, line })
  const missing = names.find((name) => !jobs.some((job) => text(job, 'name') === name))
  if (missing === undefined) return jobs.map((job) => text(job, 'id'))
  throw new StreamtoolError(`The instance ${text(work.instance, 'id')} has no job of the name ${missing}.`)
}
