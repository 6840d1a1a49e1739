(** Example 3 (equations 21-23): a text VAE whose encoder sees word frequencies collapses, whatever its decoder.

    Documents over K words, p(x, l | z) = p(l) h(x|l) exp <x, log softmax o(z)> with p(l) > 0 for every length l >=
      1. The lemma
    is frequencies.frequencies_force_collapse: it needs no property of the latent variable or of the decoder's
      network.

    - frequencies_collapse   the verdict *)

From tightcheck Require Import real_field criterion frequencies networks samples design finite_designs.

Section Text.
Context {Z : Type}.
Variables K m inputs : nat.
Variable latent_statistic shown : Z -> nat -> R.
Variables C E : network -> Prop.
Variable priors : (Z -> nat -> R) -> (Z -> R) -> Prop.
Variable b : R.
Variable features : (nat -> R) -> nat -> R.   (* of the frequencies: themselves, or weighted (TF-IDF) *)
Variables z0 z1 : Z.
Variable different : nat.

Hypothesis b_positive : 0 < b.
Hypothesis two_words : (2 <= K)%nat.
Hypothesis C_constants : holds_constants K C.
Hypothesis C_two_points : holds_two_points inputs K C.
Hypothesis E_constants : holds_constants m E.
Hypothesis E_looks : looks_at K m E.
Hypothesis different_input : (different < inputs)%nat.
Hypothesis different_shown : shown z0 different <> shown z1 different.
Hypothesis features_look : forall u v, (forall i, (i < K)%nat -> u i = v i) ->
  forall i, (i < K)%nat -> features u i = features v i.
Hypothesis prior_reached : exists P c c0, (forall f, priors f P) /\ forall z, P z = dot m c (latent_statistic z) + c0.

Let D : design :=
  {| observation := documents K; latent := Z; observed_statistics := K; latent_statistics := m; nu := word_counts;
     psi := latent_statistic; log_partition := fun _ => 0; decoder := computed C shown (softmax_of K); prior :=
       priors;
     encoder := computed E (fun x => features (frequencies x)) plain; beta := b |}.

Lemma word_alone (i : nat) : (i < K)%nat -> two_lengths (K := real_field) K (@word_counts K) (@length K) i.
Proof.
  intro Hi. assert (H1 : (0 < 1)%nat) by lia. assert (H2 : (0 < 2)%nat) by lia.
  assert (L : forall l Hl, length (repeated K i l Hi Hl) = INR l).
  { intros l Hl. unfold length. apply (sum_repeated K i l Hi). }
  exists (repeated K i 1 Hi H1), (repeated K i 2 Hi H2), 1, 2. repeat split; try (simpl; lra).
  - rewrite L. reflexivity.
  - rewrite L. simpl. ring.
  - intros j _. rewrite repeated_counts. reflexivity.
  - intros j _. rewrite repeated_counts. simpl. ring.
Qed.

Theorem frequencies_collapse : collapse D.
Proof.
  destruct prior_reached as (P & c & c0 & HP & Hc). repeat split.
  - destruct (C_constants (fun _ => 0)) as (F & CF & EF). destruct (E_constants c) as (G & CG & EG).
    exists (fun z => log_softmax K (F (shown z))), P. split; [split; [now exists F, (log_softmax K)|apply HP]|].
    apply (constant_model D b_positive _ P (log_softmax K (fun _ => 0)) c c0 (fun x => G (features (frequencies
      x)))); auto.
    + intros z i Hi. unfold log_softmax. rewrite EF by assumption. f_equal. f_equal.
      apply (sum_ext (K := real_field)). intros q Hq. now rewrite EF.
    + exists G, (fun o => o). repeat split; auto.
  - destruct (C_two_points (shown z0) (shown z1) (fun _ => 0) (fun i => if (i =? 0)%nat then 1 else 0) different
      different_input
      different_shown) as (F & CF & EF).
    exists (fun z => log_softmax K (F (shown z))), P. split; [split; [now exists F, (log_softmax K)|apply HP]|].
    intro I.
    assert (Sp : affinely_spans K (@word_counts K)) by (apply word_counts_span; lia).
    pose proof (independent_parameters D _ Sp I z0 z1 0%nat) as I0.
    pose proof (independent_parameters D _ Sp I z0 z1 1%nat) as I1. simpl in I0, I1. unfold log_softmax in I0, I1.
    destruct (EF 0%nat) as [U0 V0]; [lia|]. destruct (EF 1%nat) as [U1 V1]; [lia|].
    rewrite U0, V0 in I0. rewrite U1, V1 in I1. simpl in I0, I1. specialize (I0 ltac:(lia)).
    specialize (I1 ltac:(lia)). lra.
  - intros f Q [(F & l & CF & Hl & EF) HQ] Cn.
    apply consistent_model_logarithms in Cn. destruct Cn as (g & e & (G & lg & CG & <- & EG) & X9).
    assert (S : sees_frequencies_only (K := real_field) K m (@word_counts K) (@length K) g).
    { intros x y H j Hj. rewrite !EG. apply (E_looks G CG); [|assumption]. now apply features_look. }
    assert (H : forall z z' i, (i < K)%nat -> f z i = f z' i).
    { intros z z' i Hi.
      pose proof (frequencies_force_collapse (K := real_field) K m (@word_counts K) (@length K) latent_statistic
        (fun z i => / b * f z i) (fun _ => 0) Q g e) as H. simpl in H.
      assert (/ b * f z i = / b * f z' i) as B; [|].
      { apply H; [|exact S|assumption|now apply word_alone]. intros x w. rewrite (dot_scale (K := real_field)).
        specialize (X9 x w). revert X9. unfold statistic_product. simpl. real_atoms. intro X9. lra. }
      apply (Rmult_eq_reg_l (/ b)); [exact B|]. apply Rinv_neq_0_compat. lra. }
    apply independent_from; auto.
Qed.
End Text.
