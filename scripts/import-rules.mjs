// Who may import whom, as one table, and its translation for ESLint. tests/import-rules/ holds a deliberate violation of
// every row; tests/import-rules.spec.ts proves that each is caught.

/**
 * @typedef {object} ImportRule
 * @property {string} name also the name of its fixtures
 * @property {string[]} from folders whose files are restricted ('.' is the whole repository)
 * @property {string[]} [butNot] folders inside `from` that are free
 * @property {string[]} to folders, or packages as npm:NAME; '*' is every folder and package
 * @property {string[]} [except] what of `to` is allowed
 * @property {string} reason
 */

/** @type {ImportRule[]} */
export const importRules = [
  {
    name: 'contract-imports-zod-only',
    from: ['contract'],
    to: ['*'],
    except: ['contract', 'npm:zod'],
    reason: 'The contract is the shared vocabulary of all rooms: pure, and built on zod only.',
  },
  {
    name: 'trainer-knows-no-window',
    from: ['trainer'],
    to: ['electron', 'renderer'],
    reason: 'The trainer talks through its job folder only: it knows no service, no database, no window.',
  },
  {
    name: 'imaging-stands-alone',
    from: ['trainer/imaging'],
    to: ['trainer'],
    except: ['trainer/imaging'],
    reason: 'Services use trainer/imaging: it must not pull in the rest of the trainer.',
  },
  {
    name: 'imaging-is-tensor-free',
    from: ['trainer/imaging'],
    to: ['npm:@tensorflow'],
    reason: 'Volumes are typed arrays with geometry; services read images without loading TensorFlow.',
  },
  {
    name: 'model-files-stand-alone',
    from: ['trainer/model-files'],
    to: ['trainer', 'npm:@tensorflow'],
    except: ['trainer/imaging', 'trainer/model-files'],
    reason: 'Services read and write files of models without loading TensorFlow.',
  },
  {
    name: 'job-folder-stands-alone',
    from: ['trainer/job-folder'],
    to: ['trainer', 'npm:@tensorflow'],
    except: ['trainer/job-folder'],
    reason: 'Services read and claim job folders without loading TensorFlow.',
  },
  {
    name: 'runtime-stands-alone',
    from: ['trainer/runtime'],
    to: ['trainer', 'npm:@tensorflow'],
    except: ['trainer/runtime'],
    reason: 'Services look at the runtime of this machine without loading TensorFlow.',
  },
  {
    name: 'services-start-the-trainer-by-path',
    from: ['electron'],
    to: ['trainer'],
    except: ['trainer/imaging', 'trainer/job-folder', 'trainer/model-files', 'trainer/runtime'],
    reason: 'The trainer is a child process, started by its path: only its tensor-free code is imported.',
  },
  {
    name: 'tensors-stay-in-the-trainer',
    from: ['electron', 'renderer'],
    to: ['npm:@tensorflow'],
    reason: 'Tensors exist only inside trainer/.',
  },
  {
    name: 'services-know-no-host',
    from: ['electron/services'],
    to: ['electron/hosts', 'electron/shell', 'renderer'],
    reason: 'Services are plain Node and serve every host: they know neither the command line nor a window.',
  },
  {
    name: 'hosts-are-thin',
    from: ['electron/hosts'],
    to: ['trainer', 'electron/shell', 'renderer'],
    reason: 'A host translates between a person and the services: it imports services and the contract.',
  },
  {
    name: 'database-belongs-to-services',
    from: ['.'],
    butNot: ['electron/services', 'tests', 'bench'],
    to: ['npm:better-sqlite3'],
    reason: 'Only services talk to the database.',
  },
  {
    name: 'electron-only-in-the-shell',
    from: ['.'],
    butNot: ['electron/shell'],
    to: ['npm:electron'],
    reason: 'Everything but electron/shell runs under plain Node or in an ordinary browser.',
  },
  {
    name: 'renderer-imports-the-contract',
    from: ['renderer'],
    to: ['electron', 'trainer'],
    reason: 'The renderer reaches the services through the API of the contract.',
  },
  {
    name: 'cornerstone-only-in-the-viewer',
    from: ['.'],
    butNot: ['renderer/viewer'],
    to: ['npm:cornerstone-core', 'npm:cornerstone-tools', 'npm:cornerstone-math'],
    reason: 'renderer/viewer hides the image library from everything else.',
  },
]

/** @param {string} folder @param {string} parent */
const isInside = (folder, parent) => parent === '.' || folder === parent || folder.startsWith(`${parent}/`)

/** @param {string[]} places @returns {string[]} names of the packages among them */
const packagesOf = (places) => places.filter((place) => place.startsWith('npm:')).map((place) => place.slice(4))

/** @param {string[]} places @returns {string[]} the folders among them */
const foldersOf = (places) =>
  places.filter((place) => !place.startsWith('npm:')).map((place) => (place === '*' ? '.' : place))

/** @param {string[]} names @returns {string} a regular expression for a package and the modules inside it */
const packagePattern = (names) => `(?:${names.join('|')})(?:/.*)?$`

/** @param {ImportRule} rule @returns {string | undefined} a regular expression for the imports of packages it forbids */
function forbiddenPackages({ to, except = [] }) {
  if (to.includes('*')) return `^(?!\\.|${packagePattern(packagesOf(except))})`
  return packagesOf(to).length > 0 ? `^${packagePattern(packagesOf(to))}` : undefined
}

/**
 * Folders are watched by import-x, which follows paths. Packages are watched by their names, so that one that is not
 * installed is caught too.
 * @param {string} basePath the folder that holds the rooms
 * @param {ImportRule[]} rules
 * @returns {import('eslint').Linter.Config[]} needs the plugin import-x
 */
export function importRuleConfigs(basePath, rules = importRules) {
  const zones = rules.flatMap(({ from, to, except = [], reason }) =>
    foldersOf(to).map((folder) => ({
      target: from.map((room) => `./${room}`),
      from: `./${folder}`,
      // import-x reads an exception relative to `from`.
      except: [...foldersOf(except), ...packagesOf(except).map((name) => `node_modules/${name}`)]
        .filter((place) => isInside(place, folder))
        .map((place) => `./${folder === '.' ? place : place.slice(folder.length + 1)}`),
      message: reason,
    })),
  )
  const rooms = [...new Set(rules.flatMap((rule) => [...rule.from, ...(rule.butNot ?? [])]))]
  // Of two blocks with the same ESLint rule the later one counts: inner rooms come after the rooms around them.
  const byDepth = rooms.sort((a, b) => depth(a) - depth(b))
  return [
    { rules: { 'import-x/no-restricted-paths': ['error', { basePath, zones }] } },
    ...byDepth.map((room) => packageConfig(room, rules)),
  ]
}

/** @param {string} room */
const depth = (room) => (room === '.' ? 0 : room.split('/').length)

/** @param {string} room @param {ImportRule[]} rules @returns {import('eslint').Linter.Config} */
function packageConfig(room, rules) {
  const applies = (/** @type {ImportRule} */ { from, butNot = [] }) =>
    from.some((folder) => isInside(room, folder)) && !butNot.some((folder) => isInside(room, folder))
  const forbidden = rules.filter(applies).flatMap((rule) => {
    const regex = forbiddenPackages(rule)
    return regex ? [{ regex, message: rule.reason }] : []
  })
  // no-restricted-imports sees static imports; import() and require() need their own selectors.
  const selectors = forbidden.flatMap(({ regex, message }) => {
    const name = `/${regex.replaceAll('/', '\\/')}/`
    return [
      { selector: `ImportExpression[source.value=${name}]`, message },
      { selector: `CallExpression[callee.name='require'][arguments.0.value=${name}]`, message },
    ]
  })
  return {
    files: [room === '.' ? '**/*.{ts,mjs,vue}' : `${room}/**/*.{ts,mjs,vue}`],
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden }],
      'no-restricted-syntax': ['error', ...selectors],
    },
  }
}
