import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SettingsError } from '../model/errors.ts'
import type { RunEnvironment } from '../model/run-report.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A CI system: the variable that it sets, and those that hold commit and branch, first come first. */
interface CiSystem {
  readonly name: string
  readonly sign: string
  readonly commit: readonly string[]
  readonly branch: readonly string[]
}

const ciSystems: readonly CiSystem[] = [
  {
    name: 'GitHub Actions',
    sign: 'GITHUB_ACTIONS',
    commit: ['GITHUB_SHA'],
    branch: ['GITHUB_HEAD_REF', 'GITHUB_REF_NAME'],
  },
  { name: 'GitLab CI', sign: 'GITLAB_CI', commit: ['CI_COMMIT_SHA'], branch: ['CI_COMMIT_REF_NAME'] },
  {
    name: 'Jenkins',
    sign: 'JENKINS_URL',
    commit: ['GIT_COMMIT'],
    branch: ['CHANGE_BRANCH', 'GIT_BRANCH', 'BRANCH_NAME'],
  },
  { name: 'Azure Pipelines', sign: 'TF_BUILD', commit: ['BUILD_SOURCEVERSION'], branch: ['BUILD_SOURCEBRANCHNAME'] },
  { name: 'CircleCI', sign: 'CIRCLECI', commit: ['CIRCLE_SHA1'], branch: ['CIRCLE_BRANCH'] },
  { name: 'Buildkite', sign: 'BUILDKITE', commit: ['BUILDKITE_COMMIT'], branch: ['BUILDKITE_BRANCH'] },
  { name: 'CI', sign: 'CI', commit: [], branch: [] },
]

/** How long git may take to name a commit, in real milliseconds: a report must not wait for a slow disk. */
const gitTimeoutMs = 2000

/**
 * Where a run took place: commit and branch from the CI's variables or else from git, and the labels of FAILOVER_LABELS.
 * @throws SettingsError when the labels are malformed.
 */
export async function readEnvironment(options: {
  readonly variables: Variables
  readonly directory: string
  readonly versions: Readonly<Record<string, string>>
}): Promise<RunEnvironment> {
  const { variables, directory, versions } = options
  const labels = parseLabels(variables['FAILOVER_LABELS'])
  const ci = ciSystems.find(({ sign }) => isSet(variables[sign]))
  const commit = firstSet(variables, ci?.commit) ?? (await git(['rev-parse', 'HEAD'], directory))
  const branch = firstSet(variables, ci?.branch) ?? (await git(['rev-parse', '--abbrev-ref', 'HEAD'], directory))
  return { commit, branch: branch === 'HEAD' ? null : branch, ci: ci?.name ?? null, labels, versions }
}

/**
 * Labels from `key=value,key=value`; none for an empty or absent text.
 * @throws SettingsError that lists every malformed part.
 */
export function parseLabels(text: string | undefined): Readonly<Record<string, string>> {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const malformed = parts.filter((part) => !/^[^=\s]+=/.test(part))
  if (malformed.length > 0) {
    const got = malformed.map((part) => JSON.stringify(part)).join(', ')
    throw new SettingsError(`Expected FAILOVER_LABELS to be a list such as "team=edge,ring=2", got ${got}.`)
  }
  const pairs = parts.map(
    (part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1).trim()] as const,
  )
  const names = pairs.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined)
    throw new SettingsError(`Expected each label of FAILOVER_LABELS once, got "${repeated}" twice.`)
  return Object.fromEntries(pairs)
}

/** Null when there is no git, no repository, no commit yet, or no answer in time: a fact that a report can do without. */
async function git(command: readonly string[], directory: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', [...command], { cwd: directory, timeout: gitTimeoutMs })
    return stdout.trim() || null
  } catch {
    return null
  }
}

function firstSet(variables: Variables, names: readonly string[] = []): string | null {
  return names.map((name) => variables[name]).find((value) => value !== undefined && value !== '') ?? null
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0'
}
