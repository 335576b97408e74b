// One route a screen. Addresses live behind the #, so that a file server without rules can serve the page.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

const openCaseView = () => import('./views/case/CaseView.vue')

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/datasets' },
  { path: '/datasets', name: 'datasets', component: () => import('./views/datasets/DatasetsView.vue') },
  { path: '/matrix', name: 'matrix', component: () => import('./views/matrix/MatrixView.vue') },
  // ?run=NAME shows that run's layers first, ?organ=ID goes to its centre
  { path: '/case/:dataset/:caseId', name: 'case', component: openCaseView },
  // ?from=RUN takes that run's configuration, ?stage1From=RUN its stage 1, ?datasets=A,B chooses them
  { path: '/new-run', name: 'new-run', component: () => import('./views/new-run/NewRunView.vue') },
  { path: '/runs', name: 'runs', component: () => import('./views/runs/RunsView.vue') },
  { path: '/runs/:run', name: 'run', component: () => import('./views/run/RunView.vue') },
  // Pseudo labels of a run: what is accepted, and the review that stage 2 may wait for
  { path: '/runs/:run/review', name: 'review', component: () => import('./views/results/ReviewView.vue') },
  { path: '/studies', name: 'studies', component: () => import('./views/studies/StudiesView.vue') },
  // ?from=STUDY takes its datasets, rows and seeds
  { path: '/new-study', name: 'new-study', component: () => import('./views/new-study/NewStudyView.vue') },
  { path: '/studies/:study', name: 'study', component: () => import('./views/study/StudyView.vue') },
  // ?runs=A,B
  { path: '/compare', name: 'compare', component: () => import('./views/compare/CompareView.vue') },
  // ?run=NAME&dataset=NAME
  { path: '/results', name: 'results', component: () => import('./views/results/ResultsView.vue') },
  // ?run=NAME
  { path: '/export', name: 'export', component: () => import('./views/export/ExportView.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/settings/SettingsView.vue') },
  { path: '/:rest(.*)*', redirect: '/datasets' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })

/** The viewer is the largest screen: it is fetched while nobody waits for it, so that a case is seen at once. */
const PREPARE_AFTER_MS = 500
void router.isReady().then(() => setTimeout(() => void openCaseView(), PREPARE_AFTER_MS))
