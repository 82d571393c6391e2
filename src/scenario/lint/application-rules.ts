import { builtinFacts } from '../../model/builtin-applications.ts'
import { datacenterNames } from '../../model/datacenter.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import { ledgerParameters } from '../../model/ledger.ts'
import { adviceFor, nearestWord } from '../../support/suggest.ts'
import type { Found, LintRule } from './finding.ts'
import { settingsRuleIds } from './settings-problems.ts'
import type { LintSubject } from './subject.ts'

/** The rules about the application and the settings of its jobs. */
export const applicationRules: readonly LintRule[] = [
  ...settingsRuleIds.map(
    (id) => ({ id, severity: 'warning', find: (subject) => settingsFound(subject, id) }) as const satisfies LintRule,
  ),
  { id: 'channels-differ', severity: 'warning', find: channelsDiffer },
  { id: 'channels-invalid', severity: 'error', find: channelsInvalid },
  { id: 'submission-value-unknown', severity: 'error', find: unknownValue },
  { id: 'applications-differ', severity: 'warning', find: applicationsDiffer },
  { id: 'jdbc-driver-mismatch', severity: 'warning', find: driverMismatch },
  { id: 'machine-list-without-remote', severity: 'warning', find: withoutRemote },
]

function settingsFound(subject: LintSubject, id: string): readonly Found[] {
  const position = subject.fieldAt('crossdc')
  return subject.settingsProblems
    .filter(({ rule }) => rule === id)
    .map(({ message, advice }) => ({ message, advice, position }))
}

function channelsOf({ scenario }: LintSubject, dc: DatacenterName): string {
  const facts = builtinFacts(scenario.sab[dc])
  return scenario.submissionParameters[dc][ledgerParameters.channels] ?? String(facts?.channels ?? 1)
}

/** Replays of channels that the survivor has not are ignored (toolkit reference §2, §7 situation 57). */
function channelsDiffer(subject: LintSubject): readonly Found[] {
  const [dc1, dc2] = [channelsOf(subject, 'dc1'), channelsOf(subject, 'dc2')]
  const { sab } = subject.scenario
  if (dc1 === dc2 || (sab.dc1 !== sab.dc2 && !isGiven(subject))) return []
  return [
    {
      message: `dc1 has ${dc1} channels and dc2 ${dc2}: what a channel that the survivor lacks had is lost at a takeover.`,
      position: subject.fieldAt('submission_params'),
      advice: 'Give both the same number.',
    },
  ]
}

function isGiven({ scenario }: LintSubject): boolean {
  return datacenterNames.some((dc) => scenario.submissionParameters[dc][ledgerParameters.channels] !== undefined)
}

const countMax = 1000

function channelsInvalid({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const counts = [ledgerParameters.channels, ledgerParameters.numberOfHttpSenderReceiverPairs]
  const wrong = datacenterNames.flatMap((dc) => {
    if (builtinFacts(scenario.sab[dc]) === undefined) return []
    return counts.flatMap((name) => {
      const value = scenario.submissionParameters[dc][name]
      const isCount =
        value === undefined || (/^\d+$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= countMax)
      return isCount ? [] : [`\`${name}: ${value}\``]
    })
  })
  return [...new Set(wrong)].map((said) => ({
    message: `Expected ${said} to be a whole number from 1 to ${countMax}: the job would not start.`,
    position: fieldAt('submission_params'),
    advice: 'Correct it.',
  }))
}

/** A built-in application refuses a submission with a value that it does not know. */
function unknownValue({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const found = datacenterNames.flatMap((dc) => {
    const known = builtinFacts(scenario.sab[dc])?.submissionValues
    if (known === undefined) return []
    return Object.keys(scenario.submissionParameters[dc])
      .filter((name) => !known.includes(name))
      .map((name) => ({
        message: `${scenario.sab[dc]} has no submission-time value \`${name}\`: the job would be refused.`,
        position: fieldAt('submission_params'),
        advice: adviceFor(name, known),
      }))
  })
  return [...new Map(found.map((one) => [one.message, one])).values()]
}

/** A snapshot is the application's own: another one cannot read it. */
function applicationsDiffer({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const { dc1, dc2 } = scenario.sab
  const areBuiltin = builtinFacts(dc1) !== undefined && builtinFacts(dc2) !== undefined
  if (!areBuiltin || dc1 === dc2 || scenario.mode === 'active-passive') return []
  return [
    {
      message: `dc1 runs ${dc1} and dc2 ${dc2}, and neither can read the other's snapshots: a takeover brings nothing.`,
      position: fieldAt('streams_application_sab'),
      advice: 'Run the same in both.',
    },
  ]
}

/** Driver classes, and how the URLs that each takes begin. */
const drivers: Readonly<Record<string, readonly string[]>> = {
  'org.postgresql.Driver': ['jdbc:postgresql:'],
  'org.sqlite.JDBC': ['jdbc:sqlite:'],
  'com.ibm.db2.jcc.DB2Driver': ['jdbc:db2:', 'jdbc:ids:'],
  'oracle.jdbc.OracleDriver': ['jdbc:oracle:'],
  'oracle.jdbc.driver.OracleDriver': ['jdbc:oracle:'],
  'com.mysql.cj.jdbc.Driver': ['jdbc:mysql:'],
  'com.mysql.jdbc.Driver': ['jdbc:mysql:'],
  'org.mariadb.jdbc.Driver': ['jdbc:mariadb:', 'jdbc:mysql:'],
  'com.microsoft.sqlserver.jdbc.SQLServerDriver': ['jdbc:sqlserver:'],
}

function driverMismatch({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const found = datacenterNames.flatMap((dc) => {
    const { dataSnapshotJdbcClassName: name, dataSnapshotJdbcUrl: url } = scenario.crossdc[dc]
    if (name === undefined || name === '' || url === undefined || url === '') return []
    const beginnings = Object.hasOwn(drivers, name) ? drivers[name] : undefined
    if (beginnings === undefined) {
      const near = nearestWord(name, Object.keys(drivers))
      if (near === undefined) return []
      const message = `There is no well-known driver class ${name}: a class that is not found ends the PE.`
      return [{ message, advice: `Did you mean "${near}"?` }]
    }
    if (beginnings.some((beginning) => url.startsWith(beginning))) return []
    const scheme = /^jdbc:[^:/?;]*:?/.exec(url)?.[0] ?? url.slice(0, 20)
    const message = `The driver ${name} takes URLs that begin with ${beginnings.join(' or ')}, and \`dataSnapshotJdbcUrl\` begins with ${scheme}: no snapshot is stored.`
    return [{ message, advice: 'Correct one of the two.' }]
  })
  return [...new Map(found.map((one) => [one.message, one])).values()].map((one) => ({
    ...one,
    position: fieldAt('crossdc'),
  }))
}

/** In a scenario `remote` stands for the other DC's machines, whatever the testbed calls them. */
function withoutRemote({ scenario, fieldAt }: LintSubject): readonly Found[] {
  const lists = datacenterNames.flatMap((dc) => scenario.crossdc[dc].remoteDataCenterApplicationMachineNames ?? [])
  return [...new Set(lists)]
    .filter((list) => list !== 'localhost' && !list.split(',').includes('remote'))
    .map((list) => ({
      message: `The machine list ${JSON.stringify(list)} does not name \`remote\`: where the other DC has other names, as on every testbed of its own, it is never reached.`,
      position: fieldAt('crossdc'),
      advice: 'Write `remote` for the machines of the other DC.',
    }))
}
