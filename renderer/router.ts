// One route a screen. Addresses live behind the #, so that a file server without rules can serve the page.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/datasets' },
  { path: '/datasets', name: 'datasets', component: () => import('./views/datasets/DatasetsView.vue') },
  { path: '/matrix', name: 'matrix', component: () => import('./views/matrix/MatrixView.vue') },
  { path: '/runs', name: 'runs', component: () => import('./views/runs/RunsView.vue') },
  { path: '/settings', name: 'settings', component: () => import('./views/settings/SettingsView.vue') },
  { path: '/:rest(.*)*', redirect: '/datasets' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })
