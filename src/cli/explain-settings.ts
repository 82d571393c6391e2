import type { CrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { otherDatacenter } from '../model/datacenter.ts'
import { SettingsError } from '../model/errors.ts'
import { adviceFor } from '../support/suggest.ts'
import { castTo } from '../toolkit/casts.ts'
import { settingNames, settingParameters } from '../toolkit/parameters.ts'
import type { SettingName, SettingValue } from '../toolkit/parameters.ts'
import { resolveSettings } from '../toolkit/settings.ts'

/**
 * Where a value comes from. `assumed`: the reference file names machines and a directory of its own, in place of which stand
 * ones that fit.
 */
export type SettingSource = 'reference' | 'assumed' | 'default' | 'file' | '--crossdc' | '--dc1' | '--dc2'

/** One DC's settings, and where each comes from. */
export interface SourcedSettings {
  readonly settings: CrossDcSettings
  readonly sources: Readonly<Record<SettingName, SettingSource>>
}

/** What the command line says of the settings, as texts. */
export interface SettingsArguments {
  /** What holds where nothing is given: the reference file's values, or the code's own. */
  readonly defaults: 'reference' | 'code'
  /** The text of a configuration file. */
  readonly file?: string
  /** `KEY=VALUE` for both DCs. */
  readonly crossdc: readonly string[]
  readonly dc1: readonly string[]
  readonly dc2: readonly string[]
}

type Sourced = { readonly value: SettingValue; readonly source: SettingSource }
type Layer = ReadonlyMap<SettingName, Sourced>

/**
 * The settings of both DCs: what `--dc1` and `--dc2` say, else `--crossdc`, else the file, else the defaults.
 * @throws SettingsError for an unknown key, and SettingsCastError for a value that its type does not take
 */
export function sourcedSettings(given: SettingsArguments): Readonly<Record<DatacenterName, SourcedSettings>> {
  const common = layerOf(given.crossdc, '--crossdc')
  const own = { dc1: layerOf(given.dc1, '--dc1'), dc2: layerOf(given.dc2, '--dc2') }
  const of = (dc: DatacenterName): SourcedSettings =>
    joined([baseLayer(given.defaults, dc), fileLayer(given.file, dc), common, own[dc]])
  return { dc1: of('dc1'), dc2: of('dc2') }
}

/** The settings that every figure is reckoned from. */
const timesOfFigures = ['crossDCInitDelay', 'heartbeatExchangeInterval', 'dataSnapshotExchangeInterval'] as const

/**
 * The toolkit takes negative times; what it makes of them is not known, so no figure would hold.
 * @throws SettingsError that names the first such value and where it was given
 */
export function refuseUnexplained(pair: Readonly<Record<DatacenterName, SourcedSettings>>): void {
  for (const { settings, sources } of Object.values(pair)) {
    const name = timesOfFigures.find((each) => settings[each] < 0)
    if (name === undefined) continue
    const where = sources[name] === 'file' ? 'the file' : sources[name]
    throw new SettingsError(
      `Expected \`${name}\` to be 0 or more, got ${settings[name]} in ${where}: what the toolkit does then is not known.`,
    )
  }
}

function layerOf(pairs: readonly string[], option: '--crossdc' | '--dc1' | '--dc2'): Layer {
  return new Map(
    pairs.map((pair): [SettingName, Sourced] => {
      // Only the first "=" parts them: a JDBC URL may hold more.
      const at = pair.indexOf('=')
      if (at < 1) throw new SettingsError(`Expected ${option} to be KEY=VALUE, got "${pair}".`)
      const key = pair.slice(0, at)
      const name = settingNames.find((known) => known === key)
      if (name === undefined) {
        const advice = adviceFor(key, settingNames)
        throw new SettingsError(`Expected ${option} to name a toolkit setting, got \`${key}\`. ${advice}`)
      }
      const value = castTo<SettingValue>(settingParameters[name].type, { key, text: pair.slice(at + 1), where: option })
      return [name, { value, source: option }]
    }),
  )
}

function baseLayer(defaults: SettingsArguments['defaults'], dc: DatacenterName): Layer {
  const isReference = defaults === 'reference'
  const base = new Map(
    settingNames.map((name): [SettingName, Sourced] => {
      const { referenceFile, default: ownDefault } = settingParameters[name]
      if (isReference && referenceFile !== undefined) return [name, { value: referenceFile, source: 'reference' }]
      return [name, { value: ownDefault, source: 'default' }]
    }),
  )
  if (!isReference) return base
  const assumed = (value: SettingValue): { value: SettingValue; source: SettingSource } => ({
    value,
    source: 'assumed',
  })
  return base
    .set('localDataCenterName', assumed(dc))
    .set('remoteDataCenterApplicationMachineNames', assumed(`${otherDatacenter(dc)}.example`))
    .set('dataSnapshotStorageDirectory', assumed(`snapshots/${otherDatacenter(dc)}`))
}

/** One file stands for both DCs, but for the name that it gives one of them. */
function fileLayer(file: string | undefined, dc: DatacenterName): Layer {
  if (file === undefined) return new Map()
  const { settings, sources } = resolveSettings({ file })
  const names = settingNames.filter((name) => sources[name].layer === 'file')
  const layer = new Map(names.map((name): [SettingName, Sourced] => [name, { value: settings[name], source: 'file' }]))
  const fileIsOf = settings.localDataCenterName === 'dc2' ? 'dc2' : 'dc1'
  const isOther = dc !== fileIsOf && layer.has('localDataCenterName')
  return isOther ? layer.set('localDataCenterName', { value: dc, source: 'assumed' }) : layer
}

function joined(layers: readonly Layer[]): SourcedSettings {
  const all = new Map(layers.flatMap((layer) => [...layer]))
  const values = Object.fromEntries([...all].map(([name, { value }]) => [name, value]))
  const sources = Object.fromEntries([...all].map(([name, { source }]) => [name, source]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the base layer holds every setting, cast to its type
  return { settings: values, sources } as unknown as SourcedSettings
}
