import { wordsOf, type DatabaseConnection, type SnapshotDatabase } from './snapshot-database.ts'
import { readAnswer, sameAnswers, type ProbeAnswers, type ProbeMarker } from './probe-marker.ts'
import { ctimeText, entryOf, type TableStatements } from './snapshot-rows.ts'

interface ProbeTableOptions {
  readonly database: SnapshotDatabase
  readonly statements: TableStatements
  readonly marker: ProbeMarker
  /** Real milliseconds for the connection. */
  readonly timeoutMs: number
}

/**
 * Tries the table with a row, by a connection of its own: what an operator's connection has suffered is the operator's affair, and
 * its counters must not show it. Nobody else ever sees the row, for it is rolled back.
 */
export async function probeTable(options: ProbeTableOptions): Promise<ProbeAnswers> {
  const { database, timeoutMs } = options
  const limit = new AbortController()
  let connection: DatabaseConnection
  try {
    connection = await database.connect({ timeoutMs, signal: limit.signal })
  } catch (error) {
    return sameAnswers(wordsOf(error))
  }
  try {
    return await tryRow(connection, options)
  } finally {
    await connection.close()
  }
}

async function tryRow(connection: DatabaseConnection, options: ProbeTableOptions): Promise<ProbeAnswers> {
  const { statements, marker } = options
  const write = await answerOf(async () => {
    await connection.change('BEGIN', [])
    await connection.change(statements.insert, [marker.name, ctimeText(new Date()), marker.body])
  })
  // A statement that failed ends what a transaction can do; the others are tried in one of their own.
  if (write !== 'ok') await answerOf(async () => await connection.change('ROLLBACK', []))
  let found = 'ok'
  const read = await answerOf(async () => {
    const [row] = await connection.query(statements.selectOne, [marker.name])
    if (write === 'ok') found = readAnswer(marker, row === undefined ? null : entryOf(row).body)
  })
  const deleted = await answerOf(async () => await connection.change(statements.deleteOne, [marker.name]))
  await answerOf(async () => await connection.change('ROLLBACK', []))
  return { write, read: read === 'ok' ? found : read, delete: deleted }
}

async function answerOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'ok'
  } catch (error) {
    return wordsOf(error)
  }
}
