// Starts the window.
import { mount } from 'svelte';
import App from './App.svelte';
import { openBackend } from './backend';
import './style.css';

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: openBackend() } });
