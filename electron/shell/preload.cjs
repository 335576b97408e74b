// The whole surface between the page and the desktop: window.organMosaic, typed as Shell in contract/shell.ts.
// A sandboxed preload script can require nothing but electron: the channel and the requests are those of the contract,
// and preload.spec.ts holds them against it.
const { contextBridge, ipcRenderer, webUtils } = require('electron')

/** @param {Record<string, string>} request @returns {Promise<string | null>} */
async function ask(request) {
  const { value, problem } = await ipcRenderer.invoke('organ-mosaic', request)
  if (problem !== undefined) throw new Error(problem)
  return value
}

contextBridge.exposeInMainWorld('organMosaic', {
  chooseFolder: () => ask({ ask: 'choose-folder' }),
  /** @param {File} file */
  pathOf: async (file) => {
    // Only what a person dropped or chose has a path; a file that the page made has none.
    const path = webUtils.getPathForFile(file)
    return path === '' ? null : ask({ ask: 'admit', path })
  },
  /** @param {string} path */
  showFolder: (path) => ask({ ask: 'show-folder', path }),
  chooseWorkspace: () => ask({ ask: 'choose-workspace' }),
})
