(** Gaussian decoders with noise that does not depend on z, Gaussian latent variables (the paper's Example 1, section
  3.2).

    - diagonal_restricted   independent Gaussian q, two or more latents: z_0 alone may explain x_0, and the decoder
                            x_0 = z_0 + z_1 + noise is not consistent: W'W must be diagonal *)

From Coq Require Import Classical_Prop.
From tightcheck Require Import real_field criterion minimal_statistics networks samples design gaussian_latents.

Lemma gaussian_partition_of_means n s o : (forall i, (i < n)%nat -> 0 < s i) ->
  gaussian_partition n (mean_over n s o) = sum n (fun i => o i ^ 2 / (2 * s i) + ln (s i) / 2).
Proof.
  intro H. apply (sum_ext (K := real_field)). intros i Hi. specialize (H i Hi). unfold mean_over.
  destruct (Nat.ltb_spec i n); [|lia]. destruct (Nat.ltb_spec (n + i) n); [lia|].
  replace (n + i - n)%nat with i by lia.
  replace (- 2 * - / (2 * s i)) with (/ s i) by (field; lra).
  rewrite ln_Rinv by assumption. simpl. field. lra.
Qed.

Lemma dot_scaled_unit n k r (v : nat -> R) : (k < n)%nat -> (dot n (fun j => r * unit k j) v : R) = r * v k.
Proof.
  intro H. rewrite (dot_comm (K := real_field)), (dot_scale (K := real_field)), (dot_comm (K := real_field) n v).
  now rewrite (dot_unit (K := real_field)).
Qed.

(** Two coordinates, and functions that are sums over the coordinates. *)
Definition point (a b : R) : nat -> R := fun i => match i with O => a | 1%nat => b | _ => 0 end.

Lemma separable_no_mixed m (h : nat -> R -> R) : (2 <= m)%nat ->
  let t := fun a b => (sum m (fun j => h j (point a b j)) : R) in t 1 1 - t 1 0 - t 0 1 + t 0 0 = 0.
Proof.
  intros Hm. cbv zeta. destruct m as [|[|m]]; [lia|lia|]. clear Hm.
  assert (E : forall a b, (sum (S (S m)) (fun j => h j (point a b j)) : R)
    = h O a + h 1%nat b + sum m (fun j => h (S (S j)) 0)).
  { intros a b. induction m as [|m IH]; [rewrite !sum_step; simpl; lra|].
    rewrite (sum_step (S (S m))), IH, (sum_step m). simpl. lra. }
  rewrite !E. generalize (sum m (fun j => h (S (S j)) 0) : R). intro r. lra.
Qed.

Lemma span_no_mixed m (t : (nat -> R) -> R) : (2 <= m)%nat -> in_span (m + m) (moments m) t ->
  t (point 1 1) - t (point 1 0) - t (point 0 1) + t (point 0 0) = 0.
Proof.
  intros Hm (c & c0 & E). rewrite !E.
  assert (S : forall z, (dot (m + m) c (moments m z) : R) = sum m (fun j => c j * z j + c (m + j)%nat * z j ^ 2)).
  { intro z. rewrite <- (dot_moments m c (fun j => c (m + j)%nat)). apply (dot_ext (K := real_field)); [|reflexivity].
    intros i Hi. destruct (Nat.ltb_spec i m); [reflexivity|]. now replace (m + (i - m))%nat with i by lia. }
  pose proof (separable_no_mixed m (fun j u => c j * u + c (m + j)%nat * u ^ 2) Hm) as H. cbv zeta in H.
  simpl in H, E |- *.
  rewrite !S. simpl. lra.
Qed.

(** ** Independent coordinates *)

Definition reaches_lines (n m : nat) {X : Type} (x_of : X -> nat -> R) (encoder : (X -> nat -> R) -> Prop) : Prop :=
  forall w alpha c v : nat -> R, (forall j, (j < m)%nat -> 0 < v j) ->
  exists g, encoder g /\ forall x j, (j < m + m)%nat ->
    g x j = gaussian_natural m (fun j => alpha j * dot n w (x_of x) + c j) v j.

Lemma heads_reach_lines n m {X : Type} (shown : X -> nat -> R) E v :
  onto_positive v -> holds_lines n (m + m) E -> reaches_lines n m shown (computed E shown (heads_link m v)).
Proof.
  intros [_ O] H w alpha c var V.
  destruct (finite_choice (Y := R) 0 m (fun j o => v o = var j)) as [o Ho]; [intros j Hj; now apply O, V|].
  destruct (H w (fun i => if (i <? m)%nat then alpha i else 0) (fun i => if (i <? m)%nat then c i else o (i - m)%nat))
    as (G & CG & EG).
  exists (fun x => heads m v (G (shown x))). split; [now exists G, (heads m v)|]. intros x j Hj.
  unfold heads, gaussian_natural. destruct (Nat.ltb_spec j m).
  - rewrite !EG by lia. destruct (Nat.ltb_spec j m); [|lia]. destruct (Nat.ltb_spec (m + j) m); [lia|].
    replace (m + j - m)%nat with j by lia. rewrite Rmult_0_l, Rplus_0_l, Ho by assumption. reflexivity.
  - replace (m + (j - m))%nat with j by lia. rewrite EG by lia. destruct (Nat.ltb_spec j m); [lia|].
    rewrite Rmult_0_l, Rplus_0_l, Ho by lia. reflexivity.
Qed.

Lemma constants_reach_lines n m {X : Type} (shown : X -> nat -> R) E :
  holds_lines n m E -> reaches_lines n m shown (computed E shown (mean_link m any_numbers)).
Proof.
  intros H w alpha c var V. destruct (H w alpha c) as (G & CG & EG).
  exists (fun x => mean_over m var (G (shown x))). split.
  - exists G, (mean_over m var). repeat split; auto. now exists var.
  - intros x j Hj. unfold mean_over, gaussian_natural. destruct (Nat.ltb_spec j m); [|reflexivity]. now rewrite EG.
Qed.

Section Diagonal.
Variables n m : nat.
Variable C : network -> Prop.
Variables noise means variances : (nat -> R) -> Prop.
Variable encoders : ((nat -> R) -> nat -> R) -> Prop.
Variable b : R.

Hypothesis b_positive : 0 < b.
Hypothesis one_pixel : (1 <= n)%nat.
Hypothesis two_latents : (2 <= m)%nat.
Hypothesis C_lines : holds_lines m n C.
Hypothesis some_noise : exists s, noise s /\ forall i, (i < n)%nat -> 0 < s i.
Hypothesis some_prior : exists mean variance, means mean /\ variances variance /\ forall j, (j < m)%nat -> 0 <
  variance j.
Hypothesis encoder_lines : reaches_lines n m reals encoders.

Let D : design :=
  {| observation := nat -> R; latent := nat -> R; observed_statistics := n + n; latent_statistics := m + m;
     nu := moments n; psi := moments m; log_partition := gaussian_partition n;
     decoder := computed C reals (mean_link n noise); prior := gaussian_prior m means variances;
     encoder := encoders; beta := b |}.

(** The decoder x_0 = <w, z> + noise. *)
Lemma first_pixel s w : noise s -> (forall i, (i < n)%nat -> 0 < s i) -> exists f, decoder D f /\ (forall z,
  (forall i, (i < n + n)%nat -> f z i
     = if (i =? 0)%nat then dot m w z / s O else if (i <? n)%nat then 0 else - / (2 * s (i - n)%nat)) /\
  gaussian_partition n (f z) = dot m w z ^ 2 / (2 * s O) + sum n (fun i => ln (s i) / 2)).
Proof.
  intros Ns S. destruct (C_lines w (unit O) (fun _ => 0)) as (F & CF & E).
  exists (fun z => mean_over n s (F (reals z))).
  split; [exists F, (mean_over n s); repeat split; auto; now exists s|].
  intro z. split.
  - intros i Hi. unfold mean_over. destruct (Nat.ltb_spec i n); [|destruct (Nat.eqb_spec i 0); [lia|reflexivity]].
    rewrite E by assumption. unfold unit, reals. destruct (Nat.eqb_spec i 0) as [->|]; simpl.
    + f_equal. lra.
    + specialize (S i ltac:(assumption)). field. lra.
  - rewrite gaussian_partition_of_means by assumption. pose proof (S O one_pixel) as S0.
    transitivity (sum n (fun i => unit O i * (dot m w z ^ 2 / (2 * s O)) + ln (s i) / 2) : R).
    + apply (sum_ext (K := real_field)). intros i Hi. rewrite E by assumption. unfold unit, reals.
      destruct (Nat.eqb_spec i 0) as [->|]; real_atoms; simpl; field; [lra|]. specialize (S i Hi). lra.
    + transitivity (sum n (fun i => unit O i * (dot m w z ^ 2 / (2 * s O))) + sum n (fun i => ln (s i) / 2) : R);
        [exact (sum_add (K := real_field) n _ _)|].
      f_equal. exact (sum_unit (K := real_field) n O (fun _ => dot m w z ^ 2 / (2 * s O)) one_pixel).
Qed.

Theorem diagonal_restricted : restricted D.
Proof.
  destruct some_noise as (s & Ns & S). destruct some_prior as (mean & var & Hm & Hv & V).
  pose proof (S O one_pixel) as S0. pose proof (V O ltac:(lia)) as V0.
  assert (pr : forall f, prior D f (gaussian_log_density m mean var)) by (intro f; exists mean, var; auto).
  destruct (gaussian_density_natural m mean var V) as [p0 HP]. split.
  - destruct (first_pixel s (unit O) Ns S) as (f & Hf & E).
    assert (B : forall z : nat -> R, (dot m (unit O) z : R) = z O) by (intro z; apply (dot_unit (K := real_field));
      lia).
    exists f, (gaussian_log_density m mean var). split; [split; [assumption|apply pr]|split].
    + set (v0 := / (/ var O + / (s O * b))).
      assert (Hv0 : 0 < v0).
      { apply Rinv_0_lt_compat. pose proof (Rinv_0_lt_compat _ V0).
        assert (0 < s O * b) by nra. pose proof (Rinv_0_lt_compat (s O * b) ltac:(assumption)). lra. }
      destruct (encoder_lines (unit O) (fun j => unit O j * (v0 / (s O * b)))
        (fun j => if (j =? 0)%nat then v0 * (mean O / var O) else mean j)
        (fun j => if (j =? 0)%nat then v0 else var j)) as (g & Hg & G).
      { intros j Hj. destruct (j =? 0)%nat; auto. }
      apply (consistent_model_from D b_positive f _ (fun i j => unit O i * (unit O j / s O))
        (fun i => if (i <? n)%nat then 0 else - / (2 * s (i - n)%nat))
        (fun j => gaussian_natural m mean var j - / (2 * s O * b) * unit m j)
        (p0 - sum n (fun i => ln (s i) / 2) / b) g); auto.
      * intros z i Hi. destruct (E z) as [E1 _]. rewrite E1 by assumption. simpl.
        rewrite (dot_ext (K := real_field) (m + m) _ (fun j => (unit O i / s O) * unit O j) _ (moments m z)) by
          (intros; auto; simpl; unfold Rdiv; ring).
        rewrite dot_scaled_unit by lia. unfold moments at 1. destruct (Nat.ltb_spec 0 m); [|lia].
        rewrite B. unfold unit. destruct (Nat.eqb_spec i 0) as [->|].
        -- destruct (Nat.ltb_spec 0 n); [|lia]. simpl. field. lra.
        -- destruct (i <? n)%nat; simpl; field; [lra|]; split; try lra.
           assert (0 < s (i - n)%nat) by (apply S; simpl in Hi; lia). lra.
      * intro z. rewrite HP. simpl log_partition. destruct (E z) as [_ E2]. rewrite E2, B. simpl.
        rewrite (dot_comm (K := real_field) (m + m) (fun j => gaussian_natural m mean var j - / (2 * s O * b) * unit
          m j)),
          (dot_sub (K := real_field)), (dot_scale (K := real_field)), !(dot_comm (K := real_field) (m + m) (moments m
            z)).
        rewrite (dot_unit (K := real_field)) by lia.
        replace (moments m z m) with (z O ^ 2).
        2:{ unfold moments. destruct (Nat.ltb_spec m m); [lia|]. now rewrite Nat.sub_diag. }
        real_atoms. field. lra.
      * intros x j Hj. simpl in Hj. rewrite G by assumption. simpl.
        assert (X0 : (dot (n + n) (moments n x) (fun i => unit O i * (unit O j / s O)) : R) = x O * (unit O j / s O)).
        { rewrite (dot_ext (K := real_field) (n + n) _ (moments n x) _ (fun i => (unit O j / s O) * unit O i)) by
            (intros; auto; simpl; unfold Rdiv; ring).
          rewrite (dot_comm (K := real_field)), dot_scaled_unit by lia. unfold moments.
          destruct (Nat.ltb_spec 0 n); [|lia]. simpl. ring. }
        rewrite X0. set (q := (dot n (unit O) (reals x) : R)).
        assert (Q : q = x O) by (apply (dot_unit (K := real_field)); lia).
        unfold gaussian_natural, unit.
        assert (R0 : (v0 / (s O * b) * x O + v0 * (mean O / var O)) / v0 = x O / (s O * b) + mean O / var O).
        { field. repeat split; lra. }
        assert (R1 : / (2 * v0) = / (2 * var O) + / (2 * s O * b)) by (unfold v0; field; repeat split; try lra; nra).
        destruct (Nat.ltb_spec j m).
        -- destruct (Nat.eqb_spec j m); [lia|]. destruct (Nat.eqb_spec j 0) as [->|]; simpl.
           ++ rewrite Q, Rmult_1_l, R0. field. lra.
           ++ specialize (V j ltac:(assumption)). rewrite Q. field. repeat split; lra.
        -- destruct (Nat.eqb_spec j 0); [lia|]. destruct (Nat.eqb_spec j m) as [->|].
           ++ rewrite Nat.sub_diag. simpl. rewrite R1. field. lra.
           ++ destruct (Nat.eqb_spec (j - m) 0); [lia|]. simpl. specialize (V (j - m)%nat ltac:(lia)). field.
              repeat split; lra.
    + intro I. pose proof (independent_parameters D f (moments_span n) I (point 1 0) (point 0 0) O ltac:(simpl; lia))
        as H.
      destruct (E (point 1 0)) as [E1 _]. destruct (E (point 0 0)) as [E0 _].
      rewrite E1, E0, !B in H by lia. simpl in H. apply (Rmult_eq_compat_r (s O)) in H.
      unfold Rdiv in H. rewrite !Rmult_assoc, Rinv_l in H by lra. lra.
  - destruct (first_pixel s (fun j => unit O j + unit 1%nat j) Ns S) as (f & Hf & E).
    assert (B : forall z : nat -> R, (dot m (fun j => unit O j + unit 1%nat j) z : R) = z O + z 1%nat).
    { intro z. rewrite (dot_comm (K := real_field)), (dot_add (K := real_field)), !(dot_comm (K := real_field) m z),
        !(dot_unit (K := real_field)) by lia. reflexivity. }
    exists f, (gaussian_log_density m mean var). split; [split; [assumption|apply pr]|]. intro Cn.
    apply (consistent_model_C1_C2 D b_positive f _ (moments_span n)) in Cn. simpl in Cn. destruct Cn as [_ H2].
    pose proof (span_no_mixed m _ two_latents H2) as M. cbv beta in M.
    pose proof (separable_no_mixed m (fun j u => - (u - mean j) ^ 2 / (2 * var j) - ln (2 * PI * var j) / 2)
      two_latents)
      as N. cbv zeta in N. unfold gaussian_log_density in M.
    destruct (E (point 1 1)) as [_ E11]. destruct (E (point 1 0)) as [_ E10].
    destruct (E (point 0 1)) as [_ E01]. destruct (E (point 0 0)) as [_ E00].
    rewrite E11, E10, E01, E00, !B in M. simpl in M.
    assert (Z : / (s O * b) = 0).
    { transitivity (((1 + 1) * (1 + 1) - 1 - 1) / (2 * s O) / b); [field; lra|].
      apply (Rplus_eq_reg_l 0). revert M N. simpl. unfold Rdiv. rewrite !Rmult_plus_distr_r.
      intros M N. lra. }
    assert (0 < s O * b) by nra. pose proof (Rinv_0_lt_compat (s O * b) ltac:(assumption)). lra.
Qed.

End Diagonal.
