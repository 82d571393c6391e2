import { askedJobs, jobOptions, type Command, type CommandWork } from './command.ts'
import { text, type Resource } from './rest-connection.ts'
import { StreamtoolError } from './streamtool-error.ts'

const longOption = { long: { names: ['-l', '--long'], help: 'show more of each' } } as const

/** `streamtool lsjobs`. */
export const listJobs: Command = {
  operands: '',
  help: 'Lists the jobs.',
  options: { ...jobOptions, ...longOption },
  run: async (work) => {
    const { line, instance, out } = noOperands(work, 'lsjobs')
    const jobs = await askedJobs(work)
    const extra = line.has('long') ? ['Application'] : []
    const rows = jobs.map((job) => [
      text(job, 'id'),
      capitalised(text(job, 'status')),
      isHealthy(job),
      text(job, 'startedBy'),
      isoDate(Number(job['submitTime'])),
      text(job, 'name'),
      text(job, 'jobGroup'),
      ...(line.has('long') ? [text(job, 'applicationName')] : []),
    ])
    out(`Instance: ${text(instance, 'id')}`)
    for (const row of table([['Id', 'State', 'Healthy', 'User', 'Date', 'Name', 'Group', ...extra], ...rows])) out(row)
    return 0
  },
}

/** `streamtool lspes`. */
export const listPes: Command = {
  operands: '',
  help: 'Lists the PEs.',
  options: { ...jobOptions, ...longOption },
  run: async (work) => {
    const { line, instance, connection, out } = noOperands(work, 'lspes')
    const jobs = await askedJobs(work)
    const extra = line.has('long') ? ['Launches'] : []
    const rows: (readonly string[])[] = [
      ['Id', 'State', 'RC', 'Healthy', 'Resource', 'PID', 'JobId', 'JobName', ...extra],
    ]
    for (const job of jobs) {
      for (const pe of await connection.list(text(job, 'pes'), 'pes')) {
        const more = line.has('long') ? [text(pe, 'launchCount')] : []
        rows.push([...peRow(pe), text(job, 'id'), text(job, 'name'), ...more])
      }
    }
    out(`Instance: ${text(instance, 'id')}`)
    for (const row of table(rows)) out(row)
    return 0
  },
}

/** Columns as wide as their widest cell; the first one, of ids, is aligned to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join(' ')
      .trimEnd(),
  )
}

function peRow(pe: Resource): readonly string[] {
  const reason = text(pe, 'statusReason')
  return [
    text(pe, 'id'),
    capitalised(text(pe, 'status')),
    reason === 'none' ? '-' : capitalised(reason),
    isHealthy(pe),
    new URL(text(pe, 'self')).hostname,
    text(pe, 'processId') || '-',
  ]
}

function noOperands(work: CommandWork, command: string): CommandWork {
  const [first] = work.line.operands
  if (first === undefined) return work
  throw new StreamtoolError(`Expected nothing behind ${command} but options, got ${first}; -j chooses jobs.`)
}

function isHealthy(of: Resource): string {
  return text(of, 'health') === 'healthy' ? 'yes' : 'no'
}

function capitalised(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`
}

/** As the product has it: without fractions, the offset without a colon. */
function isoDate(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString().replace(/\.\d+Z$/, '+0000') : '-'
}
