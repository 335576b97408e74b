// Finds the tools that making the native part needs: a Python 3 with pip (downloads and unpacks the wheel) and a C++
// compiler (builds the binding). Both are looked for only when the cache lacks what they make.
import { probe } from './run.mjs'
import { SetupError } from './setup-error.mjs'

const PIP_MISSING = {
  'Debian, Ubuntu': 'sudo apt-get install -y python3 python3-pip',
  'Fedora, RHEL': 'sudo dnf install -y python3 python3-pip',
  macOS: 'brew install python',
}
const COMPILER_MISSING = {
  'Debian, Ubuntu': 'sudo apt-get install -y g++',
  'Fedora, RHEL': 'sudo dnf install -y gcc-c++',
  macOS: 'xcode-select --install',
}

/** @param {Record<string, string>} commands by system */
const howToGet = (commands) =>
  Object.entries(commands)
    .map(([system, command]) => `  ${system}: ${command}`)
    .join('\n')

/**
 * @param {NodeJS.ProcessEnv} env whose PATH is searched
 * @returns {{ program: string, description: string }} a Python 3 that has pip
 * @throws {SetupError} naming which of the two is missing
 */
export function findPython(env = process.env) {
  const pythons = ['python3', 'python'].filter(
    (name) => probe(name, ['-c', 'import sys; 1 / (sys.version_info[0] == 3)'], env) !== undefined,
  )
  for (const program of pythons) {
    const pip = probe(program, ['-m', 'pip', '--version'], env)
    if (pip) return { program, description: pip.replace(/ from .* \(python (.*)\)$/, ' for Python $1') }
  }
  const missing =
    pythons.length > 0
      ? `${pythons[0]} was found, but it has no pip (${pythons[0]} -m pip fails).`
      : 'No Python 3 was found (tried python3 and python).'
  throw new SetupError(
    `${missing} Python 3 with pip is needed once, to download TensorFlow. Install it and run the command again:\n${howToGet(PIP_MISSING)}`,
  )
}

/**
 * @param {NodeJS.ProcessEnv} env whose CXX and PATH are searched
 * @returns {{ program: string, description: string }} a C++ compiler
 * @throws {SetupError} when there is none
 */
export function findCompiler(env = process.env) {
  const candidates = [...(env.CXX ? [env.CXX] : []), 'c++', 'g++', 'clang++']
  for (const program of candidates) {
    const description = probe(program, ['--version'], env)
    if (description) return { program, description }
  }
  throw new SetupError(
    `No C++ compiler was found (tried ${candidates.join(', ')}). One is needed once, to build TensorFlow's Node binding. ` +
      `Install it and run the command again:\n${howToGet(COMPILER_MISSING)}`,
  )
}
