import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import { nearestWord } from '../support/suggest.ts'
import { unreachable } from '../support/unreachable.ts'
import { settingParameters, toolkitParameters } from './parameters.ts'
import type { SettingName } from './parameters.ts'
import type { OddLine, SettingsFile } from './settings-file.ts'
import type { ApplicationConfigurationLayer, ValueSource } from './settings.ts'

/** What a note is about. */
export type SettingsNoteKind =
  | 'ignored_line'
  | 'repeated_key'
  | 'unknown_key'
  | 'not_from_file'
  | 'kept_white_space'
  | 'no_application_configuration'
  | 'unknown_property'
  | 'failover_off'
  | 'talks_to_itself'
  | 'blank_in_machine_list'
  | 'no_store'
  | 'incomplete_database'

/** Something in a job's settings that may not be meant so; a sentence or two, never with a value of the file. */
export interface SettingsNote {
  readonly kind: SettingsNoteKind
  readonly text: string
  /** Of the file, from 1. */
  readonly line?: number
}

interface Subject {
  readonly file: SettingsFile | null
  /** The keys that the file is searched for. */
  readonly fileKeys: ReadonlyMap<string, SettingName>
  /** Undefined: nobody asked for it, or there is none by nature. */
  readonly configuration: ApplicationConfigurationLayer | null | undefined
  readonly settings: CrossDcSettings
  readonly sources: Readonly<Record<SettingName, ValueSource>>
}

/** Notes of one kind that come line by line. */
const lineNotesMax = 20

/** The traps that these settings walked into, those of the file first. */
export function notesOn(subject: Subject): readonly SettingsNote[] {
  return [...fileNotes(subject), ...configurationNotes(subject), ...effectNotes(subject)]
}

function fileNotes({ file, fileKeys }: Subject): readonly SettingsNote[] {
  if (file === null) return []
  const odd = file.oddLines.flatMap((line) => oddLineNote(line, fileKeys)).slice(0, lineNotesMax)
  const strange = [...file.entries].filter(([key]) => !fileKeys.has(key)).slice(0, lineNotesMax)
  return [...odd, ...strange.map(([key, { line }]) => unusedKeyNote({ key, line, fileKeys }))].toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0),
  )
}

function oddLineNote(odd: OddLine, fileKeys: ReadonlyMap<string, SettingName>): readonly SettingsNote[] {
  const { oddity, line, key } = odd
  const name = key === null ? '' : ` (${shown(key)})`
  switch (oddity) {
    case 'no_equals':
      return [{ kind: 'ignored_line', line, text: `Line ${line} is ignored: it has no "=".` }]
    case 'no_value': {
      const text = `Line ${line}${name} is ignored: an empty value is no value. The next layer’s holds.`
      return [{ kind: 'ignored_line', line, text }]
    }
    case 'more_equals': {
      const text = `Line ${line}${name} is ignored: its value has a "=". Put it into the application configuration.`
      return [{ kind: 'ignored_line', line, text }]
    }
    case 'repeated':
      return [{ kind: 'repeated_key', line, text: `Line ${line}${name} is ignored: the key’s first line holds.` }]
    case 'byte_order_mark': {
      const text = `Line ${line} begins with a byte order mark, which is taken for a part of its key.`
      return [{ kind: 'ignored_line', line, text }]
    }
    case 'white_space': {
      const setting = fileKeys.get(key ?? '')
      // Casts of numbers allow white space behind them; a boolean with it has failed the PE before any note.
      if (setting === undefined || settingParameters[setting].type.name !== 'rstring') return []
      const text = `The value in line ${line}${name} keeps white space at an end, such as a tab or carriage return: only spaces are stripped.`
      return [{ kind: 'kept_white_space', line, text }]
    }
    default:
      return unreachable(oddity)
  }
}

function unusedKeyNote(unused: {
  readonly key: string
  readonly line: number
  readonly fileKeys: ReadonlyMap<string, SettingName>
}): SettingsNote {
  const { key, line, fileKeys } = unused
  const renamed = [...fileKeys].find(([, name]) => name === key)
  if (renamed !== undefined) {
    const text = `Line ${line}: the key of \`${key}\` was renamed to ${shown(renamed[0])}, so this line says nothing.`
    return { kind: 'unknown_key', line, text }
  }
  if (toolkitParameters.some(({ name }) => name === key)) {
    return { kind: 'not_from_file', line, text: `Line ${line}: \`${key}\` is never read from the file.` }
  }
  const near = nearestWord(key.trim(), [...fileKeys.keys()])
  const advice = near === undefined ? '' : ` Did you mean "${near}"?`
  return { kind: 'unknown_key', line, text: `Line ${line}: no setting is called ${shown(key)}.${advice}` }
}

function configurationNotes({ configuration, fileKeys }: Subject): readonly SettingsNote[] {
  if (configuration === undefined) return []
  if (configuration === null) {
    const text = 'The instance has no application configuration CrossDCFailover.'
    return [{ kind: 'no_application_configuration', text }]
  }
  const { applicationName, properties } = configuration
  const prefix = `${applicationName}_`
  const known = [...fileKeys.values()]
  const own = Object.keys(properties).filter((property) => property.startsWith(prefix))
  const unknown = own.filter((property) => !known.some((name) => property === prefix + name)).slice(0, lineNotesMax)
  return unknown.map((property) => {
    const near = nearestWord(property.slice(prefix.length), known)
    const advice = near === undefined ? '' : ` Did you mean "${prefix}${near}"?`
    const text = `The application configuration has ${shown(property)}, which names no setting that it may hold.${advice}`
    return { kind: 'unknown_property', text }
  })
}

/** What the values themselves come to, wherever they are from (toolkit reference §1.4, rows 4, 6, 9, 15 and 16). */
function effectNotes({ settings, sources }: Subject): readonly SettingsNote[] {
  const notes: SettingsNote[] = []
  const { remoteDataCenterApplicationMachineNames: machines, dataSnapshotJdbcUrl: url } = settings
  if (sources.heartbeatExchangeInterval.layer === 'default') {
    const text = 'No layer sets `heartbeatExchangeInterval`, so failover is off: one heartbeat, then none for 14 years.'
    notes.push({ kind: 'failover_off', text })
  }
  if (sources.remoteDataCenterApplicationMachineNames.layer === 'default') {
    const text =
      'No layer sets `remoteDataCenterApplicationMachineNames`: the datacenter talks to itself and is always up.'
    notes.push({ kind: 'talks_to_itself', text })
  }
  if (machines.split(',').some((machine) => machine !== machine.trim() || machine === '')) {
    const text =
      '`remoteDataCenterApplicationMachineNames` has a blank or nothing beside a comma, which makes a bad URL.'
    notes.push({ kind: 'blank_in_machine_list', text })
  }
  if (settings.dataSnapshotStorageDirectory === '' && url === '') {
    const text = 'Neither a directory nor a JDBC URL is set: no snapshot that comes in can be stored.'
    notes.push({ kind: 'no_store', text })
  }
  const needed = (
    [
      'dataSnapshotJdbcDriverLib',
      'dataSnapshotJdbcClassName',
      'dataSnapshotTableName',
      'dataSnapshotPrimaryKeyColumnName',
    ] as const
  ).filter((name) => settings[name] === '')
  if (url !== '' && needed.length > 0) {
    const text = `With \`dataSnapshotJdbcUrl\` these must be set too: ${needed.join(', ')}. Without them nothing is stored.`
    notes.push({ kind: 'incomplete_database', text })
  }
  return notes
}

/** A key as messages show it: what cannot be seen is written out, and its length is bounded. */
function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)
}
